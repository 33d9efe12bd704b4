import { expect, it } from "vitest";

import { addressOf, placeAt } from "./places";

const at = (path: string) => placeAt(new URL(path, "http://hansa.test"));

it("an address leads back to the place it was made of", () => {
  for (const place of [
    { cycle: null, partner: null, line: null },
    { cycle: "2026-02", partner: null, line: 14 },
    { cycle: "2026-02 late/early", partner: "olla", line: null },
  ]) {
    expect(at(addressOf(place))).toEqual(place);
  }
});

it("nonsense in an address is nowhere", () => {
  expect(at("/console/").cycle).toBeNull();
  expect(at("/console/statements/2026-02?line=x").line).toBeNull();
  expect(at("/console/statements/2026-02?line=-3").line).toBeNull();
});
