/** What a server of one's own can begin with: a template, or a copy of an example. Loaded with its dialog. */
import fold from "../../../examples/define/fold.ts?raw";
import { examples } from "../../../examples/index.ts";
import { sourceOf } from "../../runtime/example-source.ts";
import mail from "./templates/mail.ts?raw";
import saga from "./templates/saga.ts?raw";
import twoMaps from "./templates/two-maps.ts?raw";

export interface Start {
  readonly name: string;
  readonly title: string;
  readonly load: () => Promise<string>;
}

const template = (name: string, title: string, code: string): Start => ({
  name,
  title,
  load: () => Promise.resolve(code),
});

export const starts: readonly Start[] = [
  template("mail", "A mail that must go out once", mail),
  template("saga", "A saga of two services", saga),
  template("two-maps", "An index kept in two maps", twoMaps),
  ...examples.map(({ name, title }) => ({
    name,
    title: `The example “${title}”`,
    load: async () => asOwn(await sourceOf(name)),
  })),
];

/** An example's imports from its neighbours, as a file of one's own has them. */
export function asOwn(source: string): string {
  return source
    .replace(
      /from "\.\.\/(?:\.\.\/(?:durable|mcp|world)\/index|stable-id)\.ts"/g,
      'from "durable-mcp-playground"',
    )
    .replace(
      /^import \{ fold \} from "\.\/fold\.ts";\n/m,
      () => `${fold.replace("export ", "")}\n`,
    );
}
