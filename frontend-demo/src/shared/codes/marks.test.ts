import { expect, it } from "vitest";

import { barsOf, isEan13, squaresOf } from "./marks";

it("thirteen digits are a number of a shop only with the check digit that belongs to them", () => {
  expect(isEan13("2981000023375")).toBe(true);
  expect(isEan13("2981000023376")).toBe(false);
  expect(isEan13("298100002337")).toBe(false);
});

it("a number of a shop is drawn as EAN-13: 95 modules, guards at both ends and in the middle", () => {
  const bars = barsOf("2981000023375");
  expect(bars?.symbology).toBe("EAN13");
  expect(bars?.width).toBe(95);
  expect(bars?.path.startsWith("M0 0h1v1h-1zM2 0h1")).toBe(true);
  expect(bars?.path).toContain("M46 0h1v1h-1zM48 0h1v1h-1z");
});

it("all else is drawn as Code 128", () => {
  expect(barsOf("2981000023376")?.symbology).toBe("CODE128");
  expect(barsOf("1HACD-7KR8G-TQP9")?.symbology).toBe("CODE128");
});

it("what no bar code can say has none", () => {
  expect(barsOf("ĀDA")).toBeNull();
});

it("a code in squares has its three corners, each seven modules wide", () => {
  const { size, path } = squaresOf("1HACD-7KR8G-TQP9");
  expect(size).toBeGreaterThanOrEqual(21);
  expect(path.startsWith("M0 0h7v1h-7z")).toBe(true);
  expect(path).toContain(`M${size - 7} 0h7v1h-7z`);
  expect(path).toContain(`M0 ${size - 1}h7v1h-7z`);
});
