import { expect, it } from "vitest";

import { cells, contentOf, guessed, missing, wordsIn } from "./mapping";

const SAMPLE = 'Receipt;Type;Shop;Date;Time;Points;Total\n"R;1";SALE;101;2017-02-01;10:22;12;4,50\nR-2;BACK;101;2017-02-01;11:00;-3;-1,20\n';

it("guesses delimiter, columns and decimal sign from the first lines", () => {
  const mapping = guessed(SAMPLE, "Europe/Riga");
  expect(mapping).toMatchObject({ format: "CSV", delimiter: ";", decimalSign: ",", timeZone: "Europe/Riga" });
  expect(mapping.columns).toEqual({ REFERENCE: "Receipt", KIND: "Type", OUTLET: "Shop", OCCURRED_AT: "Date", TIME_OF_DAY: "Time", POINTS: "Points", AMOUNT: "Total" });
});

it("keeps a delimiter that quotes hold, and quotes that are doubled", () => {
  expect(cells('"a,b",c,"say ""yes"""', ",")).toEqual(["a,b", "c", 'say "yes"']);
});

it("lists the words of a column once each", () => {
  expect(wordsIn(SAMPLE, guessed(SAMPLE, "UTC"), "Type")).toEqual(["SALE", "BACK"]);
});

it("reads the keys of JSON lines", () => {
  expect(guessed('{"reference":"1","kind":"SALE","occurredAt":"x","points":3}\n', "UTC").columns).toMatchObject({ REFERENCE: "reference", OCCURRED_AT: "occurredAt", POINTS: "points" });
});

it("says what is still missing, until a file can be read", () => {
  const mapping = guessed(SAMPLE, "UTC");
  expect(missing(mapping)).toEqual(["kind"]);
  expect(missing({ ...mapping, columns: {} })).toEqual(["when", "figure", "which", "kind"]);
  expect(missing({ ...mapping, kinds: { SALE: "PURCHASE", BACK: "RETURN" } })).toEqual([]);
});

it("hands over either words of kinds or the one kind of all rows", () => {
  const mapping = guessed(SAMPLE, "UTC");
  expect(contentOf({ ...mapping, kinds: { SALE: "PURCHASE" }, kind: "RETURN" })).toMatchObject({ kinds: [{ word: "SALE", kind: "PURCHASE" }], kind: null });
  expect(contentOf({ ...mapping, kind: "PURCHASE" })).toMatchObject({ kinds: [], kind: "PURCHASE" });
});
