// Writes src/generated/NAME.ts for each app with a src/NAME/operations.graphql: TypeScript types and the text of its operations
// (fragments that several apps share stand in src/fragments),
// checked against the SDL that the server commits (the contract with these pages' additions until it is there).
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { codegen } from "@graphql-codegen/core";
import * as typedDocumentNode from "@graphql-codegen/typed-document-node";
import * as typescript from "@graphql-codegen/typescript";
import * as typescriptOperations from "@graphql-codegen/typescript-operations";
import { buildSchema, parse, validate, visit } from "graphql";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const served = join(web, "../gql/schema/schema.graphql");
const drafted = [join(web, "../docs/contract.graphql"), join(web, "dev/additions.graphql")];
const sdl = (existsSync(served) ? [served] : drafted).map((path) => readFileSync(path, "utf8")).join("\n");

const schema = buildSchema(sdl);
// What the pages send, to the letter: served beside them, so that these documents are always among the trusted ones.
const sent = [];
const fragments = join(web, "src/fragments");
const shared = readdirSync(fragments).flatMap((name) => parse(readFileSync(join(fragments, name), "utf8"), { noLocation: true }).definitions);

/** With those of src/fragments that it uses, and those that they use. */
function withFragments(document) {
  const used = new Set();
  const look = (part) => {
    visit(part, {
      FragmentSpread({ name }) {
        if (used.has(name.value)) return;
        used.add(name.value);
        shared.filter((one) => one.name.value === name.value).forEach(look);
      },
    });
  };
  look(document);
  return { ...document, definitions: [...document.definitions, ...shared.filter(({ name }) => used.has(name.value))] };
}

for (const app of readdirSync(join(web, "src")).sort()) {
  const operations = join(web, "src", app, "operations.graphql");
  if (!existsSync(operations)) continue;
  const document = withFragments(parse(readFileSync(operations, "utf8"), { noLocation: true }));
  const faults = validate(schema, document);
  if (faults.length > 0) {
    for (const fault of faults) console.error(`${operations}: ${fault.message}`);
    process.exit(1);
  }
  const filename = join(web, "src/generated", `${app}.ts`);
  const text = await codegen({
    filename,
    schema: parse(sdl),
    documents: [{ location: operations, document }],
    config: {
      documentMode: "string",
      enumsAsTypes: true,
      onlyOperationTypes: true,
      skipTypename: true,
      useTypeImports: true,
      pureMagicComment: true,
      scalars: { ID: "string", Cursor: "string", DateTime: "string" },
    },
    plugins: [{ typescript: {} }, { typescriptOperations: {} }, { typedDocumentNode: {} }],
    pluginMap: { typescript, typescriptOperations, typedDocumentNode },
  });
  mkdirSync(dirname(filename), { recursive: true });
  writeFileSync(filename, text);
  const texts = [...text.matchAll(/new TypedDocumentString\(`([^`]*)`/g)].map(([, one]) => one);
  sent.push(...texts.filter((one) => /^\s*(query|mutation|subscription)\b/m.test(one)));
}
writeFileSync(join(web, "src/generated/documents.json"), `${JSON.stringify(sent, null, 1)}\n`);

// Typed documents for outlets to copy: what tallywire's Python client asks, as TypedDocumentNode. Committed.
const outlets = join(web, "../examples/typescript/tallywire.ts");
const operations = join(web, "../tallywire/client/operations.graphql");
if (existsSync(dirname(outlets))) {
  const text = await codegen({
    filename: outlets,
    schema: parse(sdl),
    documents: [{ location: operations, document: parse(readFileSync(operations, "utf8"), { noLocation: true }) }],
    config: {
      enumsAsTypes: true,
      onlyOperationTypes: true,
      useTypeImports: true,
      scalars: { ID: "string", Cursor: "string", DateTime: "string", JSON: "unknown" },
    },
    plugins: [{ typescript: {} }, { typescriptOperations: {} }, { typedDocumentNode: {} }],
    pluginMap: { typescript, typescriptOperations, typedDocumentNode },
  });
  const head = "// Written by web/scripts/generate-types.mjs from the schema and tallywire/client/operations.graphql.\n";
  writeFileSync(outlets, head + text);
}
