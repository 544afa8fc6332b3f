/** Tells that the browser lost an example's data: what, since when, and what that means. Loaded when it did. */
import type { ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Notice } from "../../components/panel.tsx";
import { dayAndTime, plural } from "../../components/format.ts";
import { usePlayground } from "../../hooks/use-playground.ts";
import type { Loss } from "../../runtime/data-note.ts";

/** What is gone with each of an example's two databases. */
interface Gone {
  readonly store: boolean;
  readonly ledger: boolean;
}

export function LossNotice({ loss }: { readonly loss: Loss }): ReactElement {
  const playground = usePlayground();
  const { database } = playground;
  const store = loss.databases.includes(database);
  const gone: Gone = { store, ledger: loss.databases.some((name) => name !== database) };
  return (
    <Notice tone="bad" title={titleOf(gone)}>
      <div className="grid gap-x-8 gap-y-2 lg:grid-cols-2">
        <p>
          Gone {loss.databases.length === 1 ? "is the database" : "are the databases"}{" "}
          {loss.databases.map((name, index) => (
            <span key={name}>
              {index > 0 ? " and " : ""}
              <code className="font-mono">{name}</code>{" "}
              {name === database
                ? "(calls, guards, maps, saved calls and settings)"
                : "(the ledger of what really happened outside)"}
            </span>
          ))}
          . {amountOf(loss)} It was noticed on {dayAndTime(loss.at)}. {reasonOf(loss)}
        </p>
        <p>{meaningOf(gone)}</p>
      </div>
      <Button onClick={() => playground.dismissLoss()}>Dismiss</Button>
    </Notice>
  );
}

function titleOf({ store, ledger }: Gone): string {
  if (!store) return "The browser lost this example’s ledger.";
  if (!ledger) return "The browser lost this example’s calls, guards and maps.";
  return "The browser lost this example’s data.";
}

function amountOf({ had }: Loss): string {
  if (!had) return "How much was in there is not known: the page had no note of a call.";
  if (had.calls === 0) return `There was data since ${dayAndTime(had.since)}.`;
  if (had.calls === 1) return `One call had been made, on ${dayAndTime(had.last)}.`;
  const calls = plural(had.calls, "call");
  return `${calls} had been made, the first on ${dayAndTime(had.since)}, the last on ${dayAndTime(had.last)}.`;
}

/** The playground deletes nothing but by a wipe, which leaves no notice. */
function reasonOf({ reason }: Loss): string {
  if (reason === undefined) {
    return (
      "The playground did not delete it: the browser found its files damaged, made room on a full " +
      "disk, or was told to delete site data. It does not say which."
    );
  }
  const words = reason === "" ? "" : ` (“${reason}”)`;
  return `The browser says that it found its files damaged and emptied them${words}; the playground did not.`;
}

function meaningOf({ store, ledger }: Gone): string {
  if (!store) {
    return (
      "The guards are still there and protect as before. The effects that earlier calls had are no " +
      "longer counted: to know what one did, ask the service."
    );
  }
  const ask = ledger
    ? "ask the service whether it was done"
    : "look in the ledger, which is still there, whether it was done";
  return (
    "A guard that is gone no longer protects: a retry of an earlier call would do its effects again. " +
    `Before you make one, ${ask}. New calls are guarded as ever. ` +
    "Under Settings… you can ask the browser to keep the data."
  );
}
