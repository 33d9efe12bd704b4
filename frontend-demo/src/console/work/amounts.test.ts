import { expect, it } from "vitest";

import { exactly } from "./amounts";

it.each([
  ["12.34", "12.34"],
  ["12,34", "12.34"],
  ["1 234,50", "1234.50"],
  ["1,234.50", "1234.50"],
  ["1.234.567,8", "1234567.8"],
  ["0", "0"],
  ["12345678901234567890.01", "12345678901234567890.01"],
])("reads %s as %s", (typed, exact) => {
  expect(exactly(typed)).toBe(exact);
});

it.each(["", "-1", "1.234", "1,2,3", "12.", "abc", "1.234.5"])("does not guess what %s means", (typed) => {
  expect(exactly(typed)).toBeNull();
});
