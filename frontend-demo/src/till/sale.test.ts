import { expect, it } from "vitest";

import { after, aSale, figuresOf, type Sale, type SetAside, sold, type Voucher } from "./sale";

const milk = { sku: "milk", name: "Milk" };
const began = aSale(new Date("2017-02-20T14:35:12Z"), "0f9c1d2e-0000-4000-8000-000000000000");
const withMilk = after(began, { do: "article", article: milk, price: "4.00" });
const aside = (worth: string): SetAside => ({ redemption: "r", points: "200", worth, reward: "", lines: [], held: true });
const voucher = (code: string | null): Voucher => ({ code, id: null, name: "1.00 off", off: "1.00", lines: [{ number: 1, amount: "1.00" }] });

it("a receipt's number says when, and can be read out", () => {
  expect(began.receipt).toMatch(/^170220-1435-[2-9A-HJKMNP-TV-Z]{4}$/);
});

it("a voucher lowers its line, points lower what is left to pay", () => {
  const sale = after(after(withMilk, { do: "vouchers", vouchers: [voucher("X")] }), { do: "aside", aside: aside("1.70") });
  expect(sold(sale, 2)).toMatchObject([{ amount: "3.00", discount: "1.00" }]);
  expect(figuresOf(sale, 2)).toEqual({ whole: "3.00", byPoints: "1.70", due: "1.30" });
});

it("points given back pay nothing any more", () => {
  const sale = after(after(withMilk, { do: "aside", aside: aside("1.70") }), { do: "back", redemption: "r" });
  expect(figuresOf(sale, 2).due).toBe("4.00");
});

it("a member's own vouchers go with the member, codes on paper stay", () => {
  const known: Sale = { ...withMilk, customer: { ref: { cardNumber: "1" }, label: "1", known: null }, vouchers: [voucher(null), voucher("X")] };
  expect(after(known, { do: "customer", customer: null }).vouchers.map(({ code }) => code)).toEqual(["X"]);
});

it("a use of vouchers is known until it came to nothing, and the next has another number", () => {
  const input = { codes: ["X"], vouchers: [], idempotencyKey: "k-0", outletCode: "1" };
  const using = after(withMilk, { do: "use", input });
  expect(using).toMatchObject({ using: input, unused: 0 });
  expect(after(using, { do: "unused" })).toMatchObject({ using: null, unused: 1 });
});
