import { expect, it } from "vitest";

import { because } from "./because";

const one = { outcome: "MISSING_IN_LEDGER", suggestion: "POST", because: "nothing in the ledger is like it" } as const;

it("what the outcome does not say itself is said in our words", () => {
  expect(because(one)).toEqual({ words: "ALONE" });
  expect(because({ ...one, suggestion: "MATCH" })).toEqual({ words: "MATCH" });
  expect(because({ ...one, outcome: "MISSING_IN_FILE", suggestion: "ASK" })).toEqual({ words: "ASK" });
  expect(because({ ...one, outcome: "MISSING_IN_FILE", suggestion: "REVERSE" })).toEqual({ words: "TWICE" });
});

it("which row or which cell only the server knows", () => {
  expect(because({ outcome: "DUPLICATE", suggestion: "CORRECT_FILE", because: "row 3 of this file said so before" })).toEqual({
    own: "Row 3 of this file said so before",
  });
});

it("where the outcome and both records say it, nothing more is said", () => {
  expect(because({ outcome: "AMOUNT_DIFFERS", suggestion: "ASK", because: "the ledger has -80 points" })).toBeNull();
});
