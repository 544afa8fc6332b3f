/** The example that the URL names, opened and closed with the page. */
import { useCallback, useEffect, useRef, useState, type ReactElement } from "react";
import { exampleNamed, examples, type Example } from "../../examples/index.ts";
import { App } from "./app.tsx";
import { ChosenExampleContext, type HarnessVisit } from "../hooks/use-chosen-example.ts";
import { usePlace } from "../hooks/use-location.ts";
import { useOwnServers } from "../hooks/use-own-servers.ts";
import { PlaygroundContext } from "../hooks/use-playground.ts";
import { SERVED, servedExample } from "../runtime/opened-on.ts";
import { exampleOf } from "../runtime/own-servers.ts";
import { isRun } from "../runtime/scratch-names.ts";
import { Playground } from "../runtime/playground.ts";

export function Root(): ReactElement {
  const [place] = usePlace();
  const own = useOwnServers().find(({ id }) => id === place.example);
  const elsewhere = place.example === SERVED ? servedExample : undefined;
  const example = own ? exampleOf(own) : (elsewhere ?? exampleNamed(place.example) ?? examples[0]);
  const run = place.run !== null && isRun(place.run) ? place.run : null;
  const isExploring = place.explore !== null || run !== null;
  useEffect(() => {
    // What a tab left behind that was reloaded, closed or killed.
    // Where that cannot be loaded now, it is left to the next page that looks.
    import("../runtime/scratch.ts").then(({ scratch }) => scratch.clear()).catch(() => undefined);
  }, []);
  useEffect(() => {
    if (!isExploring) return;
    return () => void import("../runtime/explorer.ts").then(({ explorer }) => explorer.leave());
  }, [isExploring]);
  const [visit, setVisit] = useState<HarnessVisit>({ chosen: null, cameFrom: null });
  const changeVisit = useCallback(
    (change: Partial<HarnessVisit>) => setVisit((before) => ({ ...before, ...change })),
    [],
  );
  // Whichever way it was left, by the history for instance, the next visit begins anew.
  if (place.harness === null && (visit.chosen !== null || visit.cameFrom !== null)) {
    setVisit({ chosen: null, cameFrom: null });
  }
  return (
    <ChosenExampleContext value={[visit, changeVisit]}>
      <OpenExample
        key={`${example.name} ${run ?? ""}`}
        example={example}
        run={run}
        build={own?.file?.build}
      />
    </ChosenExampleContext>
  );
}

function OpenExample({
  example,
  run,
  build,
}: {
  readonly example: Example;
  readonly run: string | null;
  /** Of the file on the disk whose server it is. */
  readonly build: number | undefined;
}): ReactElement {
  const [playground] = useState(() => new Playground(example, run));
  const seen = useRef(build);
  useEffect(() => {
    void playground.open();
    return () => {
      void playground.close();
    };
  }, [playground]);
  useEffect(() => {
    // What was saved is run: calls under way go on in the new code.
    if (build === seen.current) return;
    seen.current = build;
    void playground.restart();
  }, [playground, build]);
  return (
    <PlaygroundContext value={playground}>
      <App />
    </PlaygroundContext>
  );
}
