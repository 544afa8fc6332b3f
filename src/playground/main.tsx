import "./styles.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { NuqsAdapter } from "nuqs/adapters/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
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
createRoot(host).render(
  <StrictMode>
    <NuqsAdapter>
      <QueryClientProvider client={queries}>
        <Root />
      </QueryClientProvider>
    </NuqsAdapter>
  </StrictMode>,
);
