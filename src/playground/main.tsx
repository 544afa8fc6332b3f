import "./styles.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { NuqsAdapter } from "nuqs/adapters/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { toolFileUrl } from "./runtime/opened-on.ts";
import { Root } from "./shell/root.tsx";

/** The store is local and tells of its changes: nothing is read again for any other reason. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always",
      refetchOnWindowFocus: false,
      retry: false,
      staleTime: Infinity,
    },
  },
});

const host = document.getElementById("root");
if (!host) throw new Error("index.html has no element with the id root.");
// A page that was opened on a file waits for it: what it is shows first.
const toolFile = toolFileUrl();
if (toolFile !== undefined) {
  const { followToolFile } = await import("./runtime/tool-file.ts");
  await followToolFile(toolFile);
}
createRoot(host).render(
  <StrictMode>
    <NuqsAdapter>
      <QueryClientProvider client={queries}>
        <Root />
      </QueryClientProvider>
    </NuqsAdapter>
  </StrictMode>,
);
