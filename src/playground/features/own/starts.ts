/** What a server of one's own can begin with: a template, or a copy of an example. Loaded with its dialog. */
import fold from "../../../examples/define/fold.ts?raw";
import { examples } from "../../../examples/index.ts";
import { sourceOf } from "../../runtime/example-source.ts";
import mailClient from "./templates/mail.client.ts?raw";
import mail from "./templates/mail.ts?raw";
import sagaClient from "./templates/saga.client.ts?raw";
import saga from "./templates/saga.ts?raw";
import twoMapsClient from "./templates/two-maps.client.ts?raw";
import twoMaps from "./templates/two-maps.ts?raw";

export interface Start {
  readonly name: string;
  readonly title: string;
  readonly load: () => Promise<Written>;
}

/** TypeScript: the server, and its client script. */
interface Written {
  readonly code: string;
  readonly client: string;
}

const template = (name: string, title: string, code: string, client: string): Start => ({
  name,
  title,
  load: () => Promise.resolve({ code, client }),
});

export const starts: readonly Start[] = [
  template("mail", "A mail that must not go out twice", mail, mailClient),
  template("saga", "A saga of two services", saga, sagaClient),
  template("two-maps", "An index kept in two maps", twoMaps, twoMapsClient),
  ...examples.map(({ name, title }) => ({
    name,
    title: `The example “${title}”`,
    load: async () => {
      const [code, client] = await Promise.all([sourceOf(name), sourceOf(name, "client")]);
      return { code: asOwn(code), client: asOwn(client) };
    },
  })),
];

/** An example's imports from its neighbours, as a file of one's own has them. */
export function asOwn(source: string): string {
  return source
    .replace(
      /from "\.\.\/(?:\.\.\/(?:durable|mcp|world)\/index|stable-id|client-script)\.ts"/g,
      'from "durable-mcp-playground"',
    )
    .replace(
      /^import \{ fold \} from "\.\/fold\.ts";\n/m,
      () => `${fold.replace("export ", "")}\n`,
    );
}
