import { expect, it } from "vitest";
import { buildSchema, parse, validate } from "graphql";
import additions from "../../dev/additions.graphql?raw";
import contract from "../../../docs/contract.graphql?raw";
import { examples, examplesOf } from "./examples";

it("opens in the order of file names, with variables beside where there are any", () => {
  const found = examplesOf({ "x/02-b.graphql": "query B { b }", "x/01-a.graphql": "query A { a }" }, { "x/02-b.variables.json": "{}\n" });
  expect(found).toEqual([{ query: "query A { a }" }, { query: "query B { b }", variables: "{}" }]);
});

it("opens on no mutation", () => {
  expect(examplesOf({ "x/01.graphql": "# why\nmutation M { m }", "x/02.graphql": "query Q { q }" }, {})).toEqual([{ query: "query Q { q }" }]);
});

it("opens on examples that are valid against the contract", () => {
  const schema = buildSchema(`${contract}\n${additions}`);
  expect(examples.length).toBeGreaterThan(0);
  for (const { query, variables } of examples) {
    expect(validate(schema, parse(query)).map((fault) => fault.message)).toEqual([]);
    expect(() => JSON.parse(variables ?? "{}")).not.toThrow();
  }
});
