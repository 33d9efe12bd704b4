import { readFileSync } from "node:fs";

import { buildSchema, type DocumentNode, Kind } from "graphql";
import { expect, it } from "vitest";

import * as own from "./documents";
import { documentOf, LEFT_OUT, PARTS } from "./parts";

const contract = buildSchema(readFileSync("../schema/schema.graphql", "utf8"));
const mine = Object.keys(contract.getQueryType()?.getFields() ?? {}).filter((field) => /^my[A-Z]/.test(field));

/** The root fields that a part asks. */
function asked(document: DocumentNode): string[] {
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  return operation.selectionSet.selections.flatMap((field) => (field.kind === Kind.FIELD ? [field.name.value] : []));
}

const gathered = PARTS.flatMap((part) => asked(documentOf(part) as DocumentNode));

it("all that the contract calls one's own is in the export, or left out for a reason", () => {
  const named = [...gathered.filter((field) => field.startsWith("my")), ...Object.keys(LEFT_OUT)];
  expect(named.sort()).toEqual(mine.sort());
});

it("no document is forgotten in the order of the file", () => {
  expect([...PARTS].sort()).toEqual(Object.keys(own).sort());
});

it("every part is asked for once", () => {
  const parts = gathered.filter((field) => field !== "me");
  expect(new Set(parts).size).toBe(parts.length);
  expect(gathered.filter((field) => field === "me")).toHaveLength(2);
});
