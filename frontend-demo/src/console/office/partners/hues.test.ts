import { expect, it } from "vitest";

import { freeHue } from "./hues";

it("gives a new partner the colour that is farthest from all others", () => {
  expect(freeHue([0, 90, 180])).toBe(270);
  expect(freeHue([350, 10])).toBe(180);
  expect(freeHue([42])).toBe(222);
});
