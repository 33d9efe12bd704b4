import { describe, expect, it } from "vitest";

import { equal, isNegative, isZero, negated, sum } from "./exact";

describe("exact decimals", () => {
  it("add up where floats do not", () => {
    expect(sum(["0.1", "0.2"])).toBe("0.3");
    expect(equal(sum(["0.1", "0.2"]), "0.300")).toBe(true);
  });

  it("keep signs, zeros and length", () => {
    expect(sum([])).toBe("0");
    expect(sum(["-0.5", "0.25"])).toBe("-0.25");
    expect(sum(["9007199254740993", "0.000001"])).toBe("9007199254740993.000001");
    expect(negated("0")).toBe("0");
    expect(negated("-14.82")).toBe("14.82");
    expect(negated("0.004")).toBe("-0.004");
  });

  it("know nothing from little", () => {
    expect(isZero("-0.000")).toBe(true);
    expect(isZero("0.001")).toBe(false);
    expect(isNegative("-0.00")).toBe(false);
    expect(isNegative("-0.01")).toBe(true);
  });
});
