/** Begins a server of one's own, from a template or a copy of an example. Loaded when it is opened. */
import { useRef, useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Select } from "../../components/select.tsx";
import { TextField } from "../../components/text-field.tsx";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlayground } from "../../hooks/use-playground.ts";
import { ownServers } from "../../runtime/own-servers.ts";
import { starts } from "./starts.ts";

export default function NewServerDialog({
  onClose,
}: {
  readonly onClose: () => void;
}): ReactElement {
  const playground = usePlayground();
  const [, setPlace] = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const [title, setTitle] = useState("");
  const shown = starts.find(({ name }) => name === playground.example.name);
  const [from, setFrom] = useState(shown?.name ?? "mail");
  const create = async (): Promise<void> => {
    const start = starts.find(({ name }) => name === from);
    if (!start) return;
    await playground.attempt(async () => {
      const { id } = ownServers.add({
        title: title.trim() || "My server",
        ...(await start.load()),
      });
      dialog.current?.close();
      await setPlace({
        example: id,
        call: null,
        tool: null,
        run: null,
        bottom: "code",
      });
    });
  };
  return (
    <Dialog dialog={dialog} title="A server of your own" onClose={onClose}>
      <form
        className="mt-2 flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <TextField label="Name" value={title} placeholder="My server" onChange={setTitle} />
        <Select
          label="Begin with"
          above
          className="w-full"
          value={from}
          options={starts.map(({ name, title }) => [name, title] as const)}
          onChange={setFrom}
        />
        <p className="text-sm text-muted">
          You write TypeScript against the playground’s interface. It runs in a worker apart from
          the page, without network or storage of its own; its calls, guards, maps and effects are
          kept and shown like an example’s.
        </p>
        <div className="flex justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button type="submit" tone="primary">
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
