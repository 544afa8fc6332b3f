/**
 * What a form shows of a tool's schema: a schema of its own, small whatever the tool's is.
 *
 * 1. It has no references and nothing that is put together: what is shown is written out.
 * 2. What lies deeper is folded until it is opened, and of a wide part the first fields are shown.
 * 3. What a form cannot show, or what throws, is a field of JSON: it costs that field.
 */
import { fromEntries, isSchema, readPart, type JsonSchema } from "./schema-parts.ts";

/** What a person has opened, by path. */
export interface FormView {
  readonly open: ReadonlySet<string>;
  /** How many fields of a wide part are shown. */
  readonly shown: ReadonlyMap<string, number>;
}

/** The form's own fields, which its schema names by `$id`. */
export const FOLDED = "playground:folded";
export const AS_JSON = "playground:json";
export const MORE = "playground:more";
/** Stands last among the fields of a wide part. */
export const MORE_NAME = "\u2026";

/** Objects and lists within one another are shown so deep before any is opened. */
const DEPTH = 2;
export const FIELDS_AT_ONCE = 40;
/** Of what may be one or another, so many are offered. */
const ALTERNATIVES = 30;
/** Parts in all; what comes after is folded. */
const MOST_PARTS = 1500;
const KEPT = ["title", "description", "format", "examples", "deprecated", "readOnly"] as const;
/** Those that have a field of their own. In others' fields what is shown is not what is sent: a browser shows a time without its zone, or nothing. */
const FORMATS = ["unix-ms", "multiline"];
/** More than can be chosen from is typed as JSON. */
const MOST_CHOICES = 2000;
const PRIMITIVES = ["string", "number", "integer", "boolean", "null"];

/** Keywords beside an object's fields that a form has none for. */
const WITHOUT_FIELD = ["if", "dependentSchemas", "patternProperties", "dependencies"];

export interface FormSchema {
  readonly schema: JsonSchema;
  /** Keywords that say more than the form shows. */
  readonly leftOut: readonly string[];
}

export function formSchema(root: JsonSchema, view: FormView): FormSchema {
  return new FormBuilder(root, view).build();
}

class FormBuilder {
  #parts = 0;
  readonly #leftOut = new Set<string>();

  constructor(
    private readonly root: JsonSchema,
    private readonly view: FormView,
  ) {}

  build(): FormSchema {
    const { schema } = readPart(this.root, this.root);
    const form = this.#object(schema, "", 0) ?? { type: "object", properties: {} };
    return { schema: form, leftOut: [...this.#leftOut] };
  }

  /** What stands so deep, or comes after so much, is shown once it is opened. */
  #isFolded(path: string, depth: number): boolean {
    return (depth >= DEPTH || this.#parts > MOST_PARTS) && !this.view.open.has(path);
  }

  #node(part: unknown, path: string, depth: number): JsonSchema {
    this.#parts++;
    try {
      const { schema, problem } = readPart(this.root, part);
      if (problem !== undefined) {
        return asJson(schema, `This part of the schema cannot be shown as a form: ${problem}`);
      }
      return this.#shown(schema, path, depth);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return asJson({}, `This part of the schema cannot be shown as a form: ${message}`);
    }
  }

  #shown(schema: JsonSchema, path: string, depth: number): JsonSchema {
    const about = aboutOf(schema);
    if ("const" in schema) return choice(about, [schema["const"]]) ?? asJson(schema);
    if (Array.isArray(schema["enum"])) {
      return choice(about, schema["enum"], schema["enumNames"]) ?? asJson(schema);
    }
    const choices = schema["oneOf"] ?? schema["anyOf"];
    if (Array.isArray(choices) && !isSchema(schema["properties"])) {
      return this.#oneOf(schema, choices, path, depth);
    }
    const types = typesOf(schema);
    const [type = "", ...others] = types.filter((name) => name !== "null");
    if (others.length > 0) {
      return this.#oneOf(
        schema,
        types.map((name) => ({ ...schema, type: name })),
        path,
        depth,
      );
    }
    if (type === "object" || type === "array") {
      if (this.#isFolded(path, depth)) return { $id: FOLDED, ...about, path };
      const inside =
        type === "object"
          ? this.#object(schema, path, depth + 1)
          : this.#list(schema, path, depth + 1);
      return inside ?? asJson(schema);
    }
    const [first = ""] = types;
    if (!PRIMITIVES.includes(type === "" ? first : type)) return asJson(schema);
    return { ...about, ...numberOf(schema), type: types.length > 1 ? types : first };
  }

  #object(schema: JsonSchema, path: string, depth: number): JsonSchema | undefined {
    const all = isSchema(schema["properties"]) ? Object.entries(schema["properties"]) : [];
    const more = schema["additionalProperties"];
    const hasMore = more === true || isSchema(more);
    if (all.length === 0 && !hasMore && depth > 0) return undefined;
    for (const name of WITHOUT_FIELD) if (isSchema(schema[name])) this.#leftOut.add(name);
    const required = Array.isArray(schema["required"]) ? (schema["required"] as unknown[]) : [];
    // What must be filled in comes first where not everything is shown.
    const shown = this.view.shown.get(path) ?? FIELDS_AT_ONCE;
    const ordered =
      all.length > FIELDS_AT_ONCE
        ? [...all].sort(([a], [b]) => Number(required.includes(b)) - Number(required.includes(a)))
        : all;
    const fields = ordered
      .slice(0, shown)
      .map(([name, part]) => [name, this.#node(part, `${path}/${name}`, depth)] as const);
    const left = all.length - fields.length;
    return {
      ...aboutOf(schema),
      type: "object",
      properties: fromEntries([
        ...fields,
        ...(left > 0 ? [[MORE_NAME, { $id: MORE, path, left }] as const] : []),
      ]),
      required: required.filter((name) => fields.some(([shownName]) => shownName === name)),
      ...this.#alternatives(schema, path, depth),
      ...(hasMore ? { additionalProperties: this.#node(more, `${path}/*`, depth) } : {}),
    };
  }

  /** Beside its own fields an object has those of one alternative; what only requires has none. */
  #alternatives(schema: JsonSchema, path: string, depth: number): JsonSchema {
    const choices = schema["oneOf"] ?? schema["anyOf"];
    if (!Array.isArray(choices)) return {};
    const parts = choices
      .slice(0, ALTERNATIVES)
      .map((choice) => readPart(this.root, choice).schema)
      .filter((part) => isSchema(part["properties"]));
    if (parts.length === 0) return {};
    if (this.#isFolded(path, depth - 1)) {
      this.#leftOut.add("oneOf" in schema ? "oneOf" : "anyOf");
      return {};
    }
    return {
      anyOf: parts.map((part, index) => {
        const { oneOf: _, anyOf: __, ...own } = part;
        const inside = this.#object(own, `${path}|${index}`, depth + 1);
        return { ...inside, title: nameOf(part, index) };
      }),
    };
  }

  #list(schema: JsonSchema, path: string, depth: number): JsonSchema | undefined {
    const { items, prefixItems, additionalItems } = schema;
    const first = prefixItems ?? (Array.isArray(items) ? items : undefined);
    const rest = Array.isArray(items) ? additionalItems : items;
    const about = { ...aboutOf(schema), type: "array" };
    if (Array.isArray(first)) {
      if (first.length > FIELDS_AT_ONCE) return undefined;
      return {
        ...about,
        items: first.map((part, index) => this.#node(part, `${path}/${index}`, depth)),
        ...(isSchema(rest) ? { additionalItems: this.#node(rest, `${path}/+`, depth) } : {}),
      };
    }
    if (!isSchema(rest)) return undefined;
    return {
      ...about,
      // Of some values each is chosen or not.
      ...(schema["uniqueItems"] === true ? { uniqueItems: true } : {}),
      items: this.#node(rest, `${path}/+`, depth),
    };
  }

  #oneOf(schema: JsonSchema, choices: readonly unknown[], path: string, depth: number): JsonSchema {
    const { oneOf: _, anyOf: __, ...shared } = schema;
    // Constants are one field, however many there are.
    const isChoice =
      choices.length <= MOST_CHOICES &&
      choices.every((choice) => isSchema(choice) && "const" in choice);
    const offered = isChoice ? choices : choices.slice(0, ALTERNATIVES);
    const parts = offered.map((choice) => {
      const { schema: own, problem } = readPart(this.root, choice);
      const inherited = Object.keys(shared).some(
        (name) => !(KEPT as readonly string[]).includes(name),
      );
      return { part: problem === undefined && inherited ? { ...shared, ...own } : own, problem };
    });
    const about = aboutOf(schema);
    const constants = parts.map(({ part }) => part);
    if (constants.every((part) => "const" in part && isPrimitive(part["const"]))) {
      return {
        ...about,
        ...choiceOf(constants.map((part) => [part["const"], nameOf(part)])),
      };
    }
    const nullable = constants.filter((part) => part["type"] !== "null");
    const [only] = nullable;
    if (nullable.length === 1 && only && choices.length <= ALTERNATIVES) {
      const types = typesOf(only);
      const [type = ""] = types;
      const isSimple = types.length === 1 && PRIMITIVES.includes(type) && !("enum" in only);
      if (isSimple) {
        const isNullable = constants.length > 1;
        return this.#shown(
          { ...only, ...about, ...(isNullable ? { type: [type, "null"] } : {}) },
          path,
          depth,
        );
      }
      if (constants.length === 1) return this.#shown({ ...only, ...about }, path, depth);
    }
    if (this.#isFolded(path, depth - 1)) return { $id: FOLDED, ...about, path };
    return {
      ...about,
      anyOf: parts.map(({ part, problem }, index) => ({
        ...(problem === undefined
          ? this.#node(part, `${path}|${index}`, depth)
          : asJson(part, problem)),
        title: nameOf(part, index),
      })),
    };
  }
}

function aboutOf(schema: JsonSchema): Record<string, unknown> {
  const about: Record<string, unknown> = {};
  for (const name of KEPT) {
    const value = schema[name];
    const isLeftOut = name === "format" && !FORMATS.includes(String(value));
    if (isLeftOut) continue;
    if (typeof value === "string" || typeof value === "boolean") about[name] = value;
    if (name === "examples" && Array.isArray(value)) {
      about[name] = value.filter(isPrimitive).slice(0, FIELDS_AT_ONCE);
    }
  }
  return about;
}

/** What it is to be, as it says, or as its other keywords tell. */
function typesOf(schema: JsonSchema): string[] {
  const { type } = schema;
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.filter((name) => typeof name === "string");
  if (isSchema(schema["properties"]) || isSchema(schema["additionalProperties"])) return ["object"];
  if (isSchema(schema["items"]) || Array.isArray(schema["prefixItems"])) return ["array"];
  return [];
}

function numberOf({ minimum, maximum }: JsonSchema): Record<string, number> {
  return {
    ...(typeof minimum === "number" ? { minimum } : {}),
    ...(typeof maximum === "number" ? { maximum } : {}),
  };
}

/** @param names what the values are called, as MCP's forms have it */
function choice(
  about: JsonSchema,
  values: readonly unknown[],
  names?: unknown,
): JsonSchema | undefined {
  const distinct = [...new Set(values)];
  if (distinct.length === 0 || distinct.length > MOST_CHOICES) return undefined;
  if (!distinct.every(isPrimitive)) return undefined;
  if (!Array.isArray(names)) return { ...about, enum: distinct };
  const titleOf = (value: unknown): string => String(names[values.indexOf(value)] ?? value);
  return { ...about, ...choiceOf(distinct.map((value) => [value, titleOf(value)])) };
}

/** A choice by names; the form's library wants a type, and takes any value with this one. */
function choiceOf(values: readonly (readonly [unknown, string])[]): JsonSchema {
  return { type: "string", oneOf: values.map(([value, title]) => ({ const: value, title })) };
}

function asJson(schema: JsonSchema, problem?: string): JsonSchema {
  return { $id: AS_JSON, ...aboutOf(schema), ...(problem === undefined ? {} : { problem }) };
}

function isPrimitive(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

/** What an alternative is called: by its title, what it must be, or what it has. */
function nameOf(part: JsonSchema, index = 0): string {
  const { title, properties } = part;
  if (typeof title === "string" && title !== "") return title;
  if ("const" in part) return String(part["const"]);
  if (isSchema(properties)) {
    for (const property of Object.values(properties)) {
      if (isSchema(property) && isPrimitive(property["const"] ?? {}))
        return String(property["const"]);
    }
    const names = Object.keys(properties);
    if (names.length > 0) return `with ${names.slice(0, 3).join(", ")}`;
  }
  const [type] = typesOf(part);
  if (Array.isArray(part["enum"]))
    return `one of ${part["enum"].slice(0, 3).map(String).join(", ")}`;
  return type === undefined ? `alternative ${index + 1}` : type === "array" ? "a list" : type;
}
