import { expect, it } from "vitest";

import type { RollForward } from "./documents";
import { addsUp, counted, cyclesOf, togetherMake, waterfall } from "./rolling";

const row = (figures: Partial<RollForward>): RollForward => ({
  cycle: "2017-01",
  final: true,
  sponsor: null,
  opening: "0",
  billed: "0",
  recognised: "0",
  breakage: "0",
  service: "0",
  clawedBack: "0",
  currencyEffect: "0",
  closing: "0",
  difference: "0",
  ...figures,
});

const one = row({ opening: "10", billed: "18.396", recognised: "2.1189", service: "0.546", clawedBack: "0.0693", closing: "25.6618" });
const other = row({ billed: "85.68", recognised: "7.3098", service: "1.926", clawedBack: "1.26", closing: "75.1842" });

it("adds up to the last digit, and says so when a digit is another", () => {
  expect(addsUp(one)).toBe(true);
  expect(addsUp({ ...one, closing: "25.6619" })).toBe(false);
});

it("counts what is recognised, expires or is clawed back as taken away", () => {
  expect(counted(one, "recognised")).toBe("-2.1189");
  expect(counted(one, "billed")).toBe("18.396");
});

it("holds the partners' figures against the coalition's", () => {
  const total = row({ opening: "10", billed: "104.076", recognised: "9.4287", service: "2.472", clawedBack: "1.3293", closing: "100.846" });
  expect(togetherMake([one, other], total)).toBe(true);
  expect(togetherMake([one], total)).toBe(false);
});

it("lets each step begin where the one before it ended, and the closing stand on the ground", () => {
  const falls = waterfall(one);
  for (const [place, fall] of falls.slice(1, -1).entries()) expect(fall.from).toBe(falls[place]?.to);
  const closing = falls.at(-1);
  expect(closing?.from).toBe(0);
  expect(closing?.to).toBeCloseTo(falls.at(-2)?.to ?? NaN, 12);
});

it("names each cycle once, the newest first", () => {
  expect(cyclesOf([row({ cycle: "2017-01" }), row({ cycle: "2017-02" }), row({ cycle: "2017-01" })])).toEqual(["2017-02", "2017-01"]);
});
