/** Everything that can be done, by name. Loaded when it is first opened. */
import { Command } from "cmdk";
import { useEffect, useRef, type ReactElement } from "react";
import { examples } from "../../examples/index.ts";
import { useCall, type CallSummary } from "../hooks/use-calls.ts";
import { CALL_PANELS, DOCK_PANELS, usePlace, type DockPanel } from "../hooks/use-location.ts";
import { usePlayground, usePlaygroundState } from "../hooks/use-playground.ts";
import { parseArguments, initialArguments } from "../runtime/arguments.ts";
import { presetsOf } from "../runtime/presets.ts";

export interface CommandPaletteProps {
  readonly onClose: () => void;
  readonly onTheme: () => void;
  readonly onSettings: () => void;
  readonly onWipe: () => void;
  readonly onExplore: () => void;
  /** Absent where the example has none. */
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

interface Action {
  readonly group: string;
  readonly name: string;
  readonly run: () => void;
}

export default function CommandPalette(props: CommandPaletteProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // The dialog would focus the list's own root, which takes no typing.
    input.current?.focus();
  }, []);
  const actions = useActions(props);
  const groups = [...new Set(actions.map(({ group }) => group))];
  return (
    <dialog
      ref={dialog}
      aria-label="Commands"
      className="mt-[12vh] w-lg max-w-full overflow-hidden rounded-md border border-line bg-panel"
      onClose={props.onClose}
    >
      <Command label="Commands" loop filter={contains}>
        <Command.Input
          ref={input}
          placeholder="What do you want to do?"
          className="h-10 w-full border-b border-line bg-panel px-3 text-base"
        />
        <Command.List className="max-h-80 overflow-auto p-1">
          <Command.Empty className="p-3 text-sm text-muted">
            No command has that name.
          </Command.Empty>
          {groups.map((group) => (
            <Command.Group
              key={group}
              heading={group}
              className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted"
            >
              {actions
                .filter((action) => action.group === group)
                .map(({ name, run }) => (
                  <Command.Item
                    key={name}
                    value={`${group} ${name}`}
                    className="rounded px-2 py-1 text-sm data-[selected=true]:bg-accent-soft"
                    onSelect={() => {
                      // Closing it first gives the focus back to where it was.
                      dialog.current?.close();
                      run();
                    }}
                  >
                    {name}
                  </Command.Item>
                ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </dialog>
  );
}

/** By what stands in the name: a letter here and there chooses nothing. */
function contains(value: string, search: string): number {
  const words = search.toLowerCase().split(/\s+/);
  return words.every((word) => value.toLowerCase().includes(word)) ? 1 : 0;
}

function useActions({
  onTheme,
  onSettings,
  onWipe,
  onExplore,
  onGuide,
}: CommandPaletteProps): Action[] {
  const playground = usePlayground();
  const { tools, server, serverId, settings, drafts, client, phase } = usePlaygroundState();
  const [place, setPlace] = usePlace();
  const { call, compare } = place;
  const { data: found } = useCall(call);
  const running = server === "running";
  /** What can be done with the selected call as it is. */
  const actionsOn = ({ invocation }: CallSummary): (Action | false)[] => {
    const { id, tool, args, state, last } = invocation;
    const isRunning = state === "running" && last.owner === serverId;
    const named = (name: string, run: () => void): Action => ({
      group: "Selected call",
      name: `${name} the selected call`,
      run,
    });
    return [
      running && named("Retry", () => void playground.client.retry(invocation)),
      running && {
        group: "Selected call",
        name: "Make the selected call again",
        run: () => void setPlace({ call: playground.client.call(tool, { ...args }) }),
      },
      running && state === "interrupted" && named("Resume", () => void playground.resume(id)),
      running &&
        (isRunning || client.get(id)?.state === "waiting") &&
        named("Cancel", () => playground.client.cancel(id)),
      named("Edit", () => {
        void setPlace({ tool, column: "do" }).then(() => playground.drafts.edit(tool, args));
      }),
      last.number > 1 &&
        compare === null &&
        named(
          "Compare the executions of",
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
  const actions: (Action | false)[] = [
    // First: what is chosen by a hasty Enter changes nothing.
    ...DOCK_PANELS.map((panel): Action => ({
      group: "Show",
      name: `Show ${DOCK_NAMES[panel]}`,
      run: () => void setPlace({ bottom: panel, column: "true" }),
    })),
    { group: "Show", name: "Explore every failure", run: onExplore },
    onGuide !== undefined && { group: "Show", name: "Show the first minute", run: onGuide },
    {
      group: "Show",
      name: "Run the examples from end to end",
      run: () => void setPlace({ harness: "menu" }),
    },
    { group: "Show", name: "Change the theme", run: onTheme },
    ...tools.map(({ name, inputSchema }): Action => ({
      group: "Tools",
      name: `Call ${name}`,
      run: () => {
        const { args } = parseArguments(drafts[name] ?? initialArguments(inputSchema));
        const isWhole =
          args && (inputSchema.required ?? []).every((field) => Object.hasOwn(args, field));
        if (isWhole && running) {
          void setPlace({ tool: name, call: playground.client.call(name, args) });
          return;
        }
        // What is missing is filled in first.
        void setPlace({ tool: name, column: "do" }).then(() => {
          if (args) playground.drafts.edit(name, args);
        });
      },
    })),
    ...settings.savedCalls.map(({ name, tool, args }): Action => ({
      group: "Saved calls",
      name: `Load ${name}`,
      run: () => {
        playground.drafts.load(tool, args);
        void setPlace({ tool });
      },
    })),
    running && { group: "Server", name: "Crash the server", run: () => playground.crash() },
    phase === "ready" && {
      group: "Server",
      name: "Restart the server",
      run: () => void playground.restart(),
    },
    {
      group: "Server",
      name: settings.guards === "on" ? "Switch the guards off" : "Switch the guards on",
      run: () =>
        void playground.settings.configure({ guards: settings.guards === "on" ? "off" : "on" }),
    },
    {
      group: "Server",
      name:
        settings.resume === "hold"
          ? "Resume interrupted calls by itself"
          : "Hold interrupted calls",
      run: () =>
        void playground.settings.configure({
          resume: settings.resume === "hold" ? "automatic" : "hold",
        }),
    },
    {
      group: "Server",
      name: settings.delays === "skip" ? "Take delays as they are" : "Skip delays",
      run: () =>
        void playground.settings.configure({
          delays: settings.delays === "skip" ? "real" : "skip",
        }),
    },
    {
      group: "Server",
      name: settings.effectValidation ? "Stop validating effects" : "Validate effects",
      run: () =>
        void playground.settings.configure({ effectValidation: !settings.effectValidation }),
    },
    playground.isHanging && {
      group: "Server",
      name: "Release the hanging call",
      run: () => playground.release(),
    },
    running && {
      group: "Server",
      name: "Run the client script",
      run: () => {
        void setPlace({ bottom: "transcript" });
        void playground.script.run();
      },
    },
    ...(found ? actionsOn(found) : []),
    phase === "ready" && { group: "Server", name: "Settings…", run: onSettings },
    phase === "ready" && { group: "Server", name: "Wipe everything…", run: onWipe },
    ...presetsOf(playground.example.name).map(({ name, faults }): Action => ({
      group: "Arm faults",
      name,
      run: () => void playground.settings.arm(name, faults),
    })),
    settings.plan !== undefined && {
      group: "Arm faults",
      name: "Disarm",
      run: () => void playground.settings.arm("", []),
    },
    ...examples.map(({ name, title }): Action => ({
      group: "Examples",
      name: title,
      run: () => void setPlace({ example: name, call: null, tool: null, run: null }),
    })),
  ];
  return actions.filter((action) => action !== false);
}
