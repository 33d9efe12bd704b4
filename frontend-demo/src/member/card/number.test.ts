import { expect, it } from "vitest";

import { inGroups } from "./number";

it("thirteen digits are read as they are printed under the bars", () => {
  expect(inGroups("2981000023375")).toBe("2\u00a0981000\u00a0023375");
});

it("all else is read four by four, and loses nothing", () => {
  expect(inGroups("HANSA0001")).toBe("HANS\u00a0A000\u00a01");
  expect(inGroups("1234")).toBe("1234");
});
