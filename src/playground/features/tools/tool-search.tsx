/** A search among many tools, by name, title and description. Loaded where there are many. */
import { Search } from "lucide-react";
import { useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import FindDialog from "../../components/find-dialog.tsx";
import { usePlace } from "../../hooks/use-location.ts";
import { usePlaygroundPart } from "../../hooks/use-playground.ts";

export default function ToolSearch(): ReactElement {
  const tools = usePlaygroundPart((state) => state.tools);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button
        className="w-20"
        icon={<Search size={13} aria-hidden />}
        title={`Search among ${tools.length} tools.`}
        onClick={() => setIsOpen(true)}
      >
        Search
      </Button>
      {isOpen ? <FindTool onClose={() => setIsOpen(false)} /> : null}
    </>
  );
}

function FindTool({ onClose }: { readonly onClose: () => void }): ReactElement {
  const tools = usePlaygroundPart((state) => state.tools);
  const [, setPlace] = usePlace();
  const found = tools.map(({ name, title, description }) => ({
    name,
    detail: [title, description].filter((text) => text !== undefined).join(": ") || undefined,
    run: () => void setPlace({ tool: name }),
  }));
  return (
    <FindDialog
      label="Search among the tools"
      placeholder="A tool’s name, or what it does"
      none="No tool has these words in its name or description."
      groups={new Map([["Tools", found]])}
      onClose={onClose}
    />
  );
}
