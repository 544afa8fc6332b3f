import { useLiveQuery } from "./use-live-query.ts";
import { usePlaygroundPart } from "./use-playground.ts";

/** The servers of other tabs that live on the same store; looked at again whenever one starts or has died. */
export function useOtherServers(): readonly string[] {
  const serverId = usePlaygroundPart((state) => state.serverId);
  const { data = [] } = useLiveQuery(["invocations"], ["servers"], async ({ store }) =>
    [...(await store.liveness.living())].sort(),
  );
  return data.filter((server) => server !== serverId);
}
