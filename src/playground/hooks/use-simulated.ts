import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { Simulated } from "../../world/index.ts";
import { usePlayground, usePlaygroundState } from "./use-playground.ts";

/** What the running server simulates; asked for while one runs. */
export function useSimulated(): UseQueryResult<readonly Simulated[]> {
  const playground = usePlayground();
  const { server, serverId } = usePlaygroundState();
  return useQuery({
    queryKey: ["simulated", playground.example.name, serverId],
    queryFn: () => playground.simulated(),
    enabled: server === "running",
  });
}
