/** One part of an answer's content, as what it is: text, picture, sound, link or embedded resource. */
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { Download, ExternalLink } from "lucide-react";
import type { ReactElement } from "react";
import { download } from "../browser/download.ts";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import { visible } from "./visible.ts";
import { Value } from "./json.tsx";

export type Part = CallToolResult["content"][number];

export function ContentPart({
  label,
  part,
}: {
  /** Tells it from others on the page. */
  readonly label: string;
  readonly part: Part;
}): ReactElement {
  switch (part.type) {
    case "text":
      return part.text === "" ? (
        <Word>An empty text.</Word>
      ) : (
        <Value label={label} value={part.text} />
      );
    case "image":
      return (
        <figure className="flex flex-col items-start gap-1">
          <img
            className="max-h-96 max-w-full rounded border border-line bg-raised"
            alt={`Of the answer: ${label}`}
            src={`data:${part.mimeType};base64,${part.data}`}
          />
          <Bytes label={label} mimeType={part.mimeType} base64={part.data} />
        </figure>
      );
    case "audio":
      return (
        <figure className="flex flex-col items-start gap-1">
          {/* What a tool answers has no captions. */}
          {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
          <audio
            controls
            aria-label={label}
            className="max-w-full"
            src={`data:${part.mimeType};base64,${part.data}`}
          />
          <Bytes label={label} mimeType={part.mimeType} base64={part.data} />
        </figure>
      );
    case "resource_link":
      return (
        <p className="text-sm">
          Link to a resource: <b className="font-medium">{visible(part.title ?? part.name)}</b>{" "}
          <Address uri={part.uri} /> {part.mimeType}
          {part.description === undefined ? null : (
            <span className="block text-muted">{visible(part.description)}</span>
          )}
        </p>
      );
    case "resource": {
      const { resource } = part;
      const { uri, mimeType = "" } = resource;
      return (
        <div className="flex flex-col gap-1">
          <p className="text-sm">
            Embedded resource <Address uri={uri} /> {mimeType}
          </p>
          {"text" in resource ? (
            <ContentPart label={label} part={{ type: "text", text: resource.text }} />
          ) : (
            <Bytes label={label} mimeType={mimeType} base64={resource.blob} />
          )}
        </div>
      );
    }
  }
}

export function Word({ children }: { readonly children: string }): ReactElement {
  return <p className="text-xs text-muted">{children}</p>;
}

/** Opened by a click and nothing else; what is no address of the web is text. */
function Address({ uri }: { readonly uri: string }): ReactElement {
  if (!/^https?:\/\//i.test(uri)) return <code className="wrap-anywhere">{visible(uri)}</code>;
  return (
    <a
      className="text-accent underline wrap-anywhere"
      href={uri}
      target="_blank"
      rel="noreferrer noopener"
    >
      {visible(uri)} <ExternalLink size={11} className="inline" aria-label="in a new tab" />
    </a>
  );
}

/** How many bytes there are, and every one of them as a file. */
function Bytes({
  label,
  mimeType,
  base64,
}: {
  readonly label: string;
  readonly mimeType: string;
  readonly base64: string;
}): ReactElement {
  const bytes = bytesOf(base64);
  if (!bytes) return <Word>What was sent is not base64.</Word>;
  return (
    <p className="flex items-center gap-2 text-xs text-muted">
      {mimeType}, {bytes.length.toLocaleString()} bytes
      <CopyButton label={`${label} as base64`} text={base64} />
      <Button
        tone="quiet"
        aria-label={`Download ${label}`}
        icon={<Download size={12} aria-hidden />}
        onClick={() => download(fileName(mimeType), new Blob([bytes], { type: mimeType }))}
      >
        Download
      </Button>
    </p>
  );
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return undefined; // Told in its place.
  }
}

function fileName(mimeType: string): string {
  const [, ending = "bin"] = /^[\w-]+\/([\w-]+)/.exec(mimeType) ?? [];
  return `content.${ending}`;
}
