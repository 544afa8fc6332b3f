/**
 * Checks values against tools' schemas, for the SDK: without compiling code, which a strict
 * Content-Security-Policy forbids, and each schema only when it is needed. A schema that cannot be
 * followed checks nothing: listing a tool must not fail for what another tool's schema says.
 */
import { CfWorkerJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/cfworker";
import type {
  JsonSchemaValidator,
  jsonSchemaValidator,
} from "@modelcontextprotocol/sdk/validation/types.js";

const validators = new CfWorkerJsonSchemaValidator();

/** What client and server are given in the place of the SDK's own; see the head of this module. */
export const schemaValidator: jsonSchemaValidator = {
  getValidator: <T>(schema: Parameters<jsonSchemaValidator["getValidator"]>[0]) => {
    let validate: JsonSchemaValidator<T> | undefined;
    return (input) => {
      try {
        validate ??= validators.getValidator<T>(schema);
        return validate(input);
      } catch {
        // Nothing can be said of the value: whoever shows it says that the schema cannot be followed.
        return { valid: true, data: input as T, errorMessage: undefined };
      }
    };
  },
};
