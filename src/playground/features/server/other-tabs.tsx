/** Who else works on the same data. Loaded after the bar. */
import type { ReactElement } from "react";
import { plural } from "../../components/format.ts";
import { usePlaygroundState } from "../../hooks/use-playground.ts";
import { useOtherServers } from "../../hooks/use-servers.ts";

export default function OtherTabs(): ReactElement | null {
  const { dead } = usePlaygroundState();
  const others = useOtherServers().filter((server) => !dead.has(server));
  if (others.length === 0) return null;
  return (
    <span
      role="note"
      className="mr-2 rounded bg-raised px-1.5 text-xs whitespace-nowrap max-md:hidden"
      title="Servers of other tabs work on the same data. A call is executed by one of them at a time; if one dies, another takes its calls over."
    >
      and {plural(others.length, "other tab")}
    </span>
  );
}
