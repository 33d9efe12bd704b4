import { expect, it } from "vitest";

import { toCsv } from "./csv";

const one = (text: string) => toCsv([{ label: "word", text: (row: string) => row }], [text]);

it("what would break a line or a cell is quoted", () => {
  expect(one('a "b", c')).toBe('word\r\n"a ""b"", c"\r\n');
});

it("no cell becomes a formula, and a negative figure stays a figure", () => {
  expect(one("=1+1")).toBe("word\r\n'=1+1\r\n");
  expect(one("-12.50")).toBe("word\r\n-12.50\r\n");
});
