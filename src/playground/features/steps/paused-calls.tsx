/** How many calls wait for the person, and the way to the next of them. */
import { CirclePause } from "lucide-react";
import type { ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { plural } from "../../components/format.ts";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlaygroundPart } from "../../hooks/use-playground.ts";

export default function PausedCalls(): ReactElement {
  const pauses = usePlaygroundPart((state) => state.pauses);
  const [{ call }, setPlace] = usePlace();
  const calls = [...new Set(pauses.map(({ invocation }) => invocation))];
  const next = calls[(calls.indexOf(call ?? "") + 1) % calls.length];
  const text = `${plural(calls.length, "call")} paused`;
  return (
    <>
      <span role="status" className="sr-only">
        {next === undefined ? "" : `${text}.`}
      </span>
      {next === undefined ? null : (
        <Button
          className="h-6!"
          icon={<CirclePause size={12} aria-hidden className="text-accent" />}
          title="Show the next call that waits for you."
          onClick={() => void setPlace({ call: next, column: "happened" })}
        >
          {text}
        </Button>
      )}
    </>
  );
}
