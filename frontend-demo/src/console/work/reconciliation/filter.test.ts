import { expect, it } from "vitest";

import { asked, fits, isLocal, parse, type Row } from "./filter";

const row: Row = { reference: "R-00412", kind: "PURCHASE", points: "-120", because: "no posting near it", file: { sequence: 7, partner: { slug: "olla" } } };

it("understands what look and feel writes", () => {
  const filter = parse("partner:olla kind:missing > 100");
  expect(filter.partners).toEqual(["olla"]);
  expect(asked(filter).outcomes).toEqual(["MISSING_IN_LEDGER", "MISSING_IN_FILE"]);
  expect(fits(filter, row)).toBe(true);
  expect(filter.unknown).toEqual([]);
});

it("asks for what stands unless a state is named", () => {
  expect(asked(parse("")).states).toEqual(["OPEN", "PROPOSED"]);
  expect(asked(parse("state:resolved")).states).toEqual(["RESOLVED"]);
  expect(asked(parse("state:all")).states).toEqual(["OPEN", "PROPOSED", "RESOLVED"]);
});

it.each([
  ["> 119", true],
  ["> 120", false],
  [">=120", true],
  ["< 121", true],
  ["<= 119", false],
  ["= 120", true],
  [">1 000", false],
])("compares points without their sign: %s", (text, fitting) => {
  expect(fits(parse(text), row)).toBe(fitting);
});

it("compares beyond what floats can hold", () => {
  const many = { ...row, points: "9007199254740993" };
  expect(fits(parse("> 9007199254740992"), many)).toBe(true);
  expect(fits(parse("> 9007199254740993"), many)).toBe(false);
});

it("finds words in number and reason, quoted ones together", () => {
  expect(fits(parse("r-004"), row)).toBe(true);
  expect(fits(parse('"no posting"'), row)).toBe(true);
  expect(fits(parse('"posting no"'), row)).toBe(false);
});

it("narrows down by partner, kind and file", () => {
  expect(fits(parse("partner:kvass"), row)).toBe(false);
  expect(fits(parse("kind:redemption"), row)).toBe(false);
  expect(fits(parse("file:7"), row)).toBe(true);
  expect(fits(parse("file:#8"), row)).toBe(false);
});

it("names what it does not understand, and leaves it out", () => {
  const filter = parse("colour:red severity:loud > kind:");
  expect(filter.unknown).toEqual(["colour:red", "severity:loud", "> kind:"]);
  expect(isLocal(filter)).toBe(false);
});
