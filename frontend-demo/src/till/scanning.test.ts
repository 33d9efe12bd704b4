import { expect, it } from "vitest";

import { checks, scanned } from "./scanning";

it.each([
  ["2981000023375", "card"],
  ["2981 0000 2337 5", "card"],
  ["2981000023376", "number"],
  ["4006381333931", "number"],
  ["28272", "number"],
  ["ADA 0001", "number"],
  ["NW-APPLE", "words"],
  ["BS-COLA-24", "number"],
  ["whole milk", "words"],
  ["1HACD-7KR8G-TQP9", "voucher"],
  ["1hacd7kr8gtqp9", "voucher"],
  ["7K3M-Q2X9-V8RT-NPW4C", "code"],
  ["https://shop.example/c/7K3M-Q2X9-V8RT-NPW4C", "code"],
  ["http://localhost:8123/r/K7QMZ2", "referral"],
  ["", "words"],
])("%s is a %s", (text, is) => {
  expect(scanned(text).is).toBe(is);
});

it("an EAN is checked by its last digit", () => {
  expect(["4006381333931", "96385074"].map(checks)).toEqual([true, true]);
  expect(["4006381333932", "96385075"].map(checks)).toEqual([false, false]);
});
