import { expect, it } from "vitest";

import { addressOf, placeAt } from "./places";

const at = (address: string) => {
  const url = new URL(address, "http://hansa.test");
  return placeAt(url.pathname, url.searchParams);
};

it("an address leads back to the place it was made of", () => {
  for (const place of [
    { cycle: null, partner: null, line: null, movement: null },
    { cycle: "2026-02", partner: null, line: 14, movement: null },
    { cycle: "2026-02", partner: "olla", line: 14, movement: "LineTransfer_a-b_c" },
    { cycle: "2026-02 late/early", partner: "olla", line: null, movement: null },
  ]) {
    expect(at(addressOf(place))).toEqual(place);
  }
});

it("nonsense in an address is nowhere", () => {
  expect(at("/").cycle).toBeNull();
  expect(at("/statements/2026-02?line=x").line).toBeNull();
  expect(at("/statements/2026-02?line=-3").line).toBeNull();
});

it("a movement without its line is nowhere", () => {
  expect(at("/statements/2026-02?movement=LineTransfer_a").movement).toBeNull();
});
