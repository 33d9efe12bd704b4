import { expect, it } from "vitest";

import { treeOf } from "./cel";
import { everything, expressionOf, finished, type Group } from "./clauses";
import { drawn } from "./drawn";
import { clausesOf } from "./saying";

const all = (...of: Group["of"]): Group => ({ kind: "group", how: "all", of });

it("what sentences say becomes an expression that says the same sentences", () => {
  for (const group of drawn(600)) expect(clausesOf(expressionOf(group))).toEqual(group);
});

it("expressions of sentences are kept for the server's own reader to be held to", async () => {
  const samples = drawn(60).map(expressionOf).filter((text) => text !== null && text.length <= 1000);
  await expect(`${JSON.stringify(samples, null, 1)}\n`).toMatchFileSnapshot("samples.json");
});

it("expressions of actions come back as they were", () => {
  const group = all(
    { kind: "actionNumber", field: "rating", how: ">=", number: "4" },
    { kind: "actionText", field: "channel", values: ["APP", "WEB"], not: true },
    { kind: "actionTruth", field: "photo", not: true },
  );
  expect(expressionOf(group)).toBe('action.rating >= 4 && !(action.channel in ["APP", "WEB"]) && !action.photo');
  expect(clausesOf(expressionOf(group))).toEqual(group);
});

it.each([
  ['purchase.amount>=2000&&lines.exists(x,x.category=="WINE")', 2],
  ["(purchase.amount >= 2000)", 1],
  ["month(member.joined) == month(at) && day(member.joined) == day(at)", 1],
  ['lines.filter(l, l.category == "WINE").sum(l, l.units) >= 6 && "CARD" in purchase.tenders', 2],
  ['weekday(at) == 6 || hour(at) in [22, 23, 0]', 2],
  ["", 0],
])("%s, typed by hand, is said in sentences", (text, parts) => {
  expect(clausesOf(text)?.of).toHaveLength(parts);
});

it.each([
  "purchase.amount * 2 >= 100",
  "weekday(at) in [6, 7] ? purchase.amount >= 3000 : purchase.amount >= 2000",
  "size(lines.filter(l, l.department == \"FOOD\")) * 2 > size(lines)",
  "purchase.amount >= 2000 // at least twenty",
  "hour(at) in [9, 11]",
  "lines.all(l, l.amount > 1000)",
  "purchase.amount >= ",
  "purchase.amount = 5",
])("%s stays an expression", (text) => {
  expect(clausesOf(text)).toBeNull();
});

it("unfinished sentences are in no expression", () => {
  const half = all({ kind: "amount", how: ">=", number: "" }, { kind: "goods", field: "brand", values: [], not: false });
  expect(expressionOf(finished(half))).toBeNull();
  expect(finished(all(half, ...half.of)).of).toEqual([]);
  expect(everything.of).toEqual([]);
});

it("nothing that a reader is given makes it fail", () => {
  for (const text of ['"', "((((", "a.b.(", "[1, 2", "!!", "in in", "&&", "lines.exists(l, )"]) expect(treeOf(text)).toBeNull();
});
