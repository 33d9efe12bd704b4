import { describe, expect, it } from "vitest";

import { equal, greater, isNegative, isZero, negated, portion, product, productDown, sum } from "./exact";

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

  it("are multiplied and shared out to the digit, halves up", () => {
    expect(product("3", "1.29", 2)).toBe("3.87");
    expect(product("0.345", "9.90", 2)).toBe("3.42");
    expect(product("0.5", "0.01", 2)).toBe("0.01");
    expect(product("2", "150", 0)).toBe("300");
    expect(productDown("199", "0.0085", 2)).toBe("1.69");
    expect(portion("10.00", "1", "3", 2)).toBe("3.33");
    expect(portion("10.00", "2", "3", 2)).toBe("6.67");
    expect(portion("9007199254740993.01", "1", "1.0", 2)).toBe("9007199254740993.01");
  });

  it("are compared exactly", () => {
    expect(greater("0.10", "0.1")).toBe(false);
    expect(greater("9007199254740993", "9007199254740992.9")).toBe(true);
  });
});
