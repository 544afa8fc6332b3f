/** Everything that can be done as things are, by name and by key. */
import { examples } from "../../examples/index.ts";
import type { Decision, Settings } from "../../host/index.ts";
import { useKeys } from "../browser/use-keys.ts";
import { useCall, useIsHanging, type CallSummary } from "../hooks/use-calls.ts";
import { useFormCall } from "../hooks/use-form-call.ts";
import { CALL_PANELS, DOCK_PANELS, usePlace, type DockPanel } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import { initialArguments, parseArguments } from "../runtime/arguments.ts";
import { pausingOf } from "../runtime/breakpoints.ts";
import { presetsOf } from "../runtime/presets.ts";

/** What the page's frame does. */
export interface ActionProps {
  readonly onTheme: () => void;
  readonly onSettings: () => void;
  readonly onServices: () => void;
  readonly onWipe: () => void;
  readonly onNew: () => void;
  readonly onExplore: () => void;
  /** Absent where the example has none, or it is shown. */
  readonly onGuide: (() => void) | undefined;
}

const DOCK_NAMES: Record<DockPanel, string> = {
  maps: "maps",
  guards: "all guards",
  effects: "the ledger",
  protocol: "the protocol",
  transcript: "the transcript",
  log: "the log",
  code: "code",
};

export interface Action {
  readonly group: string;
  readonly name: string;
  /** The one key that does it, where nothing is typed into. */
  readonly key?: string;
  readonly run: () => void;
}

export function useActions({
  onTheme,
  onSettings,
  onServices,
  onWipe,
  onNew,
  onExplore,
  onGuide,
}: ActionProps): Action[] {
  const playground = usePlayground();
  const { tools, server, serverId, settings, drafts, client, phase, transcriptRunning, pauses } =
    usePlaygroundState();
  const [place, setPlace] = usePlace();
  const { call, compare } = place;
  const { data: found } = useCall(call);
  const { tool } = useFormCall();
  const { data: isHanging } = useIsHanging();
  const [keys, setKeys] = useKeys();
  const running = server === "running";
  /** What can be done with the selected call as it is. */
  const actionsOn = ({ invocation }: CallSummary): (Action | false)[] => {
    const { id, tool, args, state, last } = invocation;
    const isRunning = state === "running" && last.owner === serverId;
    const named = (name: string, key: string, run: () => void): Action => ({
      group: "Selected call",
      name: `${name} the selected call`,
      key,
      run,
    });
    return [
      running && named("Retry", "r", () => void playground.client.retry(invocation)),
      running && {
        group: "Selected call",
        name: "Make the selected call again",
        key: "a",
        run: () => void setPlace({ call: playground.client.call(tool, { ...args }) }),
      },
      running && state === "interrupted" && named("Resume", "u", () => void playground.resume(id)),
      running &&
        (isRunning || client.get(id)?.state === "waiting") &&
        named("Cancel", "z", () => playground.client.cancel(id)),
      named("Edit", "e", () => {
        void setPlace({ tool, column: "do" }).then(() => playground.drafts.edit(tool, args));
      }),
      last.number > 1 &&
        compare === null &&
        named(
          "Compare the executions of",
          "d",
          () =>
            void setPlace({
              call: id,
              compare: { execution: last.number - 1, call: id, callExecution: last.number },
            }),
        ),
      ...CALL_PANELS.map((panel) => ({
        group: "Selected call",
        name: `Show its ${panel === "writes" ? "map writes" : panel}`,
        run: () => void setPlace({ panel, column: "happened" }),
      })),
    ];
  };
  const set = (name: string, change: Partial<Settings>, key?: string): Action => ({
    group: "Server",
    name,
    ...(key === undefined ? {} : { key }),
    run: () => void playground.settings.configure(change),
  });
  const settingActions = (): Action[] => {
    const { guards, resume, delays, effectValidation } = settings;
    return [
      guards === "on"
        ? set("Switch the guards off", { guards: "off" }, "g")
        : set("Switch the guards on", { guards: "on" }, "g"),
      resume === "hold"
        ? set("Resume interrupted calls by itself", { resume: "automatic" })
        : set("Hold interrupted calls", { resume: "hold" }),
      delays === "skip"
        ? set("Take delays as they are", { delays: "real" })
        : set("Skip delays", { delays: "skip" }),
      set(effectValidation ? "Stop validating effects" : "Validate effects", {
        effectValidation: !effectValidation,
      }),
    ];
  };
  const pauseActions = (): (Action | false)[] => {
    const pause = pauses.find(({ invocation }) => invocation === call);
    const { breakpoints } = settings;
    const { isEvery, switched } = pausingOf(breakpoints);
    const decide = (name: string, key: string, decision: Decision): Action | false =>
      pause !== undefined && {
        group: "Selected call",
        name,
        key,
        run: () => playground.stepper.decide(pause.id, decision),
      };
    return [
      decide("Step the paused call", "n", "step"),
      decide("Let the paused call go on", "o", "go on"),
      breakpoints.length > 0 && {
        group: "Stepping",
        name: "Pause at no point",
        run: () => void playground.settings.configure({ breakpoints: [] }),
      },
      {
        group: "Stepping",
        name: isEvery ? "Pause at every point no more" : "Pause at every point",
        run: () => void playground.settings.configure({ breakpoints: switched }),
      },
    ];
  };
  const actions: (Action | false)[] = [
    // First: what is chosen by a hasty Enter changes nothing.
    ...DOCK_PANELS.map((panel, index): Action => ({
      group: "Show",
      name: `Show ${DOCK_NAMES[panel]}`,
      key: String(index + 1),
      run: () => void setPlace({ bottom: panel, column: "true" }),
    })),
    { group: "Show", name: "Explore every failure", key: "f", run: onExplore },
    onGuide !== undefined && {
      group: "Show",
      name: "Show the first minute",
      key: "m",
      run: onGuide,
    },
    {
      group: "Show",
      name: "Run the examples from end to end",
      key: "h",
      run: () => void setPlace({ harness: "menu" }),
    },
    { group: "Show", name: "Change the theme", key: "t", run: onTheme },
    ...tools.map(({ name, inputSchema }): Action => {
      const { args } = parseArguments(drafts[name] ?? initialArguments(inputSchema));
      const isWhole =
        args && (inputSchema.required ?? []).every((field) => Object.hasOwn(args, field));
      return {
        group: "Tools",
        ...(name === tool?.name ? { key: "c" } : {}),
        ...(isWhole && running
          ? {
              name: `Call ${name}`,
              run: () => void setPlace({ tool: name, call: playground.client.call(name, args) }),
            }
          : {
              // What is missing is filled in first.
              name: `Fill in ${name}`,
              run: () =>
                void setPlace({ tool: name, column: "do" }).then(() => {
                  if (args) playground.drafts.edit(name, args);
                }),
            }),
      };
    }),
    ...settings.savedCalls
      .filter((saved) => tools.some(({ name }) => name === saved.tool))
      .map(({ name, tool, args }): Action => ({
        group: "Saved calls",
        name: `Load ${name}`,
        run: () => {
          playground.drafts.load(tool, args);
          void setPlace({ tool });
        },
      })),
    running && {
      group: "Server",
      name: "Crash the server",
      key: "x",
      run: () => playground.crash(),
    },
    phase === "ready" && {
      group: "Server",
      name: "Restart the server",
      key: "s",
      run: () => void playground.restart(),
    },
    ...(phase === "ready" ? settingActions() : []),
    isHanging === true && {
      group: "Server",
      name: "Release the hanging call",
      key: "l",
      run: () => playground.release(),
    },
    running &&
      !transcriptRunning && {
        group: "Server",
        name: "Run the client script",
        run: () => {
          void setPlace({ bottom: "transcript" });
          void playground.script.run();
        },
      },
    ...(found ? actionsOn(found) : []),
    ...(phase === "ready" ? pauseActions() : []),
    { group: "Server", name: "New server of your own…", run: onNew },
    phase === "ready" && { group: "Server", name: "Services…", run: onServices },
    phase === "ready" && { group: "Server", name: "Settings…", run: onSettings },
    phase === "ready" && { group: "Server", name: "Wipe everything…", run: onWipe },
    ...(phase === "ready" ? presetsOf(playground.example.name) : []).map(
      ({ name, faults }): Action => ({
        group: "Arm faults",
        name,
        run: () => void playground.settings.arm(name, faults),
      }),
    ),
    {
      group: "Show",
      name: keys ? "Switch single keys off" : "Switch single keys on",
      run: () => setKeys(!keys),
    },
    phase === "ready" &&
      settings.plan !== undefined && {
        group: "Arm faults",
        name: "Disarm",
        run: () => void playground.settings.arm("", []),
      },
    ...examples
      .filter(({ name }) => name !== playground.example.name)
      .map(({ name, title }): Action => ({
        group: "Examples",
        name: title,
        run: () => void setPlace({ example: name, call: null, tool: null, run: null }),
      })),
  ];
  return actions.filter((action) => action !== false);
}
