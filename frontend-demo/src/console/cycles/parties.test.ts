import { expect, it } from "vitest";

import { sum } from "../../shared/exact";
import type { Netting, Party } from "./documents";
import { flowsOf, keyOf, matrixOf, netsOf, partiesOf, together } from "./parties";

const partner = (name: string): Party => ({ role: "PARTNER", partner: { slug: name.toLowerCase(), name, hue: 10 } });
const house = (role: "OPERATOR" | "TAX" | "ROUNDING"): Party => ({ role, partner: null });
const [a, b, c, operator] = [partner("Amber"), partner("Birch"), partner("Cedar"), house("OPERATOR")];
const owed = (debtor: Party, creditor: Party, amount: string) => ({ debtor, creditor, amount: { amount } });
const paid = (payer: Party, payee: Party, amount: string) => ({ payer, payee, amount: { amount } });

/** The worked figures: 320 owed, 10 to pay. */
const netting: Netting = {
  efficiency: "0.96875",
  gross: { amount: "320.00", currency: "EUR" },
  obligations: [
    owed(c, a, "90.00"), owed(a, b, "100.00"), owed(b, a, "40.00"), owed(b, c, "70.00"), owed(a, c, "20.00"), owed(a, a, "7.00"),
  ],
  positions: [
    { party: operator, net: { amount: "0.00" } },
    { party: c, net: { amount: "0.00" } },
    { party: b, net: { amount: "-10.00" } },
    { party: a, net: { amount: "10.00" } },
    { party: house("TAX"), net: { amount: "0.00" } },
  ],
  throughOperator: [paid(b, operator, "10.00"), paid(operator, a, "10.00")],
  peerToPeer: [paid(b, a, "10.00")],
};

it("nets stand in the order of partners, the operator last, and together come to nothing", () => {
  const nets = netsOf(netting.positions);
  expect(nets.map(({ party }) => keyOf(party))).toEqual(["amber", "birch", "cedar", "OPERATOR"]);
  expect(together(nets)).toBe("0.00");
});

it("an account of the house that holds something is never left out, or the sum would not be seen to be nothing", () => {
  const nets = netsOf([...netting.positions, { party: house("ROUNDING"), net: { amount: "-0.01" } }]);
  expect(nets.map(({ party }) => keyOf(party))).toContain("ROUNDING");
  expect(together(nets)).toBe("-0.01");
});

it("the matrix sums to the gross, by rows and by columns, what a party owes itself left out", () => {
  const matrix = matrixOf(flowsOf(netting, "owed"));
  const names = partiesOf(netting).map(keyOf);
  expect(matrix.all).toBe(netting.gross.amount);
  expect(sum(names.map(matrix.ofRow))).toBe(matrix.all);
  expect(sum(names.map(matrix.ofColumn))).toBe(matrix.all);
  expect(matrix.at("amber", "amber")).toBeNull();
});

it("before and after netting every party is owed the same", () => {
  for (const view of ["owed", "throughOperator", "peerToPeer"] as const) {
    const matrix = matrixOf(flowsOf(netting, view));
    const net = (name: string) => Number(matrix.ofColumn(name)) - Number(matrix.ofRow(name));
    expect([net("amber"), net("birch"), net("cedar"), net("OPERATOR")]).toEqual([10, -10, 0, 0]);
  }
});

it("all views have the same rows, also for who neither pays nor is paid after netting", () => {
  expect(partiesOf(netting).map(keyOf)).toEqual(["amber", "birch", "cedar", "OPERATOR"]);
});
