import { expect, it } from "vitest";

import { amountOf, digitsOf, isPrice, isQuantity, type Line, linesOf, rest, toPay, totalOf, typed, withArticle, without } from "./basket";

const milk: Line = { number: 1, sku: "milk", name: "Milk", quantity: "3", price: "1.29" };
const fruit: Line = { number: 2, sku: "fruit", name: "Fruit", quantity: "0.345", price: "9.90" };

it("a basket adds up to the minor unit where floats do not", () => {
  expect([milk, fruit].map((line) => amountOf(line, 2))).toEqual(["3.87", "3.42"]);
  expect(totalOf([milk, fruit], 2)).toBe("7.29");
  expect(totalOf(Array.from({ length: 30 }, (_, n) => ({ ...milk, number: n, quantity: "1", price: "0.1" })), 2)).toBe("3.00");
});

it("a currency has its own digits", () => {
  expect([digitsOf("USD"), digitsOf("JPY"), digitsOf("TND")]).toEqual([2, 0, 3]);
  expect(amountOf({ ...fruit, price: "990" }, 0)).toBe("342");
});

it("an article scanned twice is one line with two of it, and a line's number is never used again for another", () => {
  const once = withArticle([milk], { sku: "fruit", name: "Fruit" }, "9.90");
  expect(withArticle(once, { sku: "milk", name: "Milk" }, "2.00")).toEqual([{ ...milk, quantity: "4" }, once[1]]);
  const less = without(once, 1);
  expect(withArticle(less, { sku: "tea", name: "Tea" }, "").map(({ number }) => number)).toEqual([2, 3]);
});

it("what vouchers take off is told by line, never more than the line", () => {
  const inputs = linesOf([milk, fruit], [{ number: 1, amount: "1.00" }, { number: 1, amount: "9.00" }], 2);
  expect(inputs).toEqual([
    { number: 1, sku: "milk", quantity: "3", amount: "0.00", discount: "3.87" },
    { number: 2, sku: "fruit", quantity: "0.345", amount: "3.42", discount: "0" },
  ]);
  expect(toPay(inputs)).toBe("3.42");
});

it("a line without a price is not sold", () => {
  expect(linesOf([{ ...milk, price: "" }], [], 2)).toEqual([]);
  expect(totalOf([{ ...milk, price: "" }, fruit], 2)).toBe("3.42");
});

it("points never pay more than there is to pay", () => {
  expect(rest("3.42", "1.70")).toBe("1.72");
  expect(rest("3.42", "8.50")).toBe("0.00");
});

it("quantities and prices are read as people type them, and nothing else is", () => {
  expect(["1", "0,5", " 2.25 ", "12"].map(typed).every(isQuantity)).toBe(true);
  expect(["0", "0.00", "-1", "1e3", "1.23456", "", "one", "1 000"].map(typed).some(isQuantity)).toBe(false);
  expect(["0", "0.00", "1,29"].map(typed).every(isPrice)).toBe(true);
  expect(["-1", "", "1,2,3"].map(typed).some(isPrice)).toBe(false);
});
