import { expect, it } from "vitest";

import type { Reward, Step } from "./documents";
import { decimalOf, shareOf } from "./ratios";
import { costs, isAtTill, mostPieces, usualStep } from "./taking";
import { weekdays } from "./words";

const NONE = { amount: null, share: null, most: null, thing: null, coupon: null, tickets: null, gift: null, articles: null };

const step = (points: string, worth: Partial<Step["worth"]> = {}): Step =>
  ({ name: "", points, money: { amount: "0", currency: "EUR" }, worth: { ...NONE, ...worth } }) as Step;

const given = (fulfilment: Reward["fulfilment"], pay: Reward["pay"] = null) => ({ fulfilment, pay });

it("members have for themselves what nobody at a till takes off or hands over", () => {
  const gift = { amount: "5.00", currency: "EUR" };
  expect(isAtTill(given("AT_THE_TILL"), step("1", { coupon: "c" }))).toBe(false);
  expect(isAtTill(given("AT_THE_TILL"), step("1", { tickets: 1 }))).toBe(false);
  expect(isAtTill(given("AT_THE_TILL"), step("1", { gift }))).toBe(false);
  expect(isAtTill(given("SENT"), step("1", { thing: "A mug" }))).toBe(false);
  expect(isAtTill(given("AT_THE_TILL"), step("1", { thing: "A mug" }))).toBe(true);
  expect(isAtTill(given("SENT"), step("1", { amount: gift }))).toBe(true);
  expect(isAtTill(given("SENT"), null)).toBe(true);
});

it("as many can be had as points, limits and stock allow, whichever is least", () => {
  expect(mostPieces(step("50"), "410", { left: null, limitLeft: null })).toBe(8);
  expect(mostPieces(step("50"), "410", { left: 3, limitLeft: null })).toBe(3);
  expect(mostPieces(step("50"), "410", { left: 3, limitLeft: 2 })).toBe(2);
  expect(mostPieces(step("0"), "0", { left: null, limitLeft: null })).toBe(100);
  expect(mostPieces(step("50"), "49", { left: 3, limitLeft: 2 })).toBe(0);
});

it("pieces cost exactly so many times the points, however many that are", () => {
  expect(costs(step("9007199254740993"), 3)).toBe(27021597764222979n);
});

it("the dearest step within reach is meant, else the cheapest", () => {
  const steps = [step("600"), step("250"), step("150")];
  expect(usualStep(steps, "410")).toBe(1);
  expect(usualStep(steps, "100")).toBe(2);
});

it("ratios become exact decimals, and parts of a cent are dropped", () => {
  expect(decimalOf("1/5")).toBe("0.200000");
  expect(decimalOf("100")).toBe("100.000000");
  expect(shareOf("3.33", "1/2")).toBe("1.66");
  expect(shareOf("0.85", "1")).toBe("0.85");
  expect(shareOf("7", "1/2")).toBe("3");
});

it("days that follow each other are told as a stretch", () => {
  expect(weekdays("en-GB", [1, 2, 3, 4, 5])).toBe("Mon–Fri");
  expect(weekdays("en-GB", [7, 1, 6, 3])).toBe("Mon, Wed, Sat, Sun");
});
