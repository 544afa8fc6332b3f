/** Whether the browser may delete the site's data by itself, and a way to ask it not to. */
import { useEffect, useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { askToKeep, readPersistence, type Persistence } from "../../browser/persistence.ts";

const WORDS: Record<Persistence, string> = {
  kept: "This browser keeps the data until you delete it.",
  evictable: "This browser may delete the data by itself when the disk is full.",
  unknown: "This browser does not say whether it keeps the data.",
};

export function KeepData(): ReactElement {
  const [persistence, setPersistence] = useState<Persistence>();
  const [asked, setAsked] = useState<"no" | "asking" | "answered">("no");
  useEffect(() => void readPersistence().then(setPersistence), []);
  const ask = async (): Promise<void> => {
    setAsked("asking");
    setPersistence(await askToKeep());
    setAsked("answered");
  };
  const words = persistence && WORDS[persistence];
  return (
    <div className="flex flex-wrap items-center gap-2">
      <p role="status" className="grow basis-56">
        {words}
        {persistence === "evictable" && asked === "answered"
          ? " It was asked to keep it and did not agree."
          : ""}
      </p>
      {persistence === "evictable" ? (
        <Button disabled={asked === "asking"} onClick={() => void ask()}>
          Ask it to keep the data
        </Button>
      ) : null}
    </div>
  );
}
