/** The parties of a cycle: the partners in their order, and the accounts of the house after them. */

import { isZero, sum } from "../../shared/exact";
import { partnersInOrder } from "../../shared/partner";
import type { Netting, Party } from "./documents";

export const keyOf = (party: Party): string => party.partner?.slug ?? party.role;

export interface Net {
  party: Party;
  amount: string;
}

interface Position {
  party: Party;
  net: { amount: string };
}

/** Nets in the order of parties. The operator is always there; other accounts of the house only where they hold anything. */
export function netsOf(positions: readonly Position[]): Net[] {
  const told = positions.filter(({ party, net }) => party.role === "PARTNER" || party.role === "OPERATOR" || !isZero(net.amount));
  return partnersInOrder(told, ({ party }) => party.partner).map(({ party, net }) => ({ party, amount: net.amount }));
}

export const together = (nets: readonly Net[]): string => sum(nets.map(({ amount }) => amount));

/** What the stations between owing and paying are. */
export type View = "owed" | "throughOperator" | "peerToPeer";

export interface Flow {
  from: Party;
  to: Party;
  amount: string;
}

export function flowsOf(netting: Netting, view: View): Flow[] {
  if (view === "owed") {
    return netting.obligations
      .filter(({ debtor, creditor }) => keyOf(debtor) !== keyOf(creditor))
      .map(({ debtor, creditor, amount }) => ({ from: debtor, to: creditor, amount: amount.amount }));
  }
  return netting[view].map(({ payer, payee, amount }) => ({ from: payer, to: payee, amount: amount.amount }));
}

/** Everybody who owes or is owed in any view, so that all views have the same rows. */
export function partiesOf(netting: Netting): Party[] {
  const views = ["owed", "throughOperator", "peerToPeer"] as const;
  const found = new Map(
    views.flatMap((view) => flowsOf(netting, view)).flatMap(({ from, to }) => [from, to]).map((party) => [keyOf(party), party]),
  );
  return partnersInOrder([...found.values()], (party) => party.partner);
}

export interface Matrix {
  at: (from: string, to: string) => string | null;
  ofRow: (from: string) => string;
  ofColumn: (to: string) => string;
  all: string;
  largest: string;
}

export function matrixOf(flows: readonly Flow[]): Matrix {
  const cells = new Map<string, string>();
  for (const { from, to, amount } of flows) {
    const place = `${keyOf(from)}>${keyOf(to)}`;
    cells.set(place, sum([cells.get(place) ?? "0", amount]));
  }
  const total = (fits: (place: string) => boolean) =>
    sum(["0.00", ...[...cells].filter(([place]) => fits(place)).map(([, amount]) => amount)]);
  return {
    at: (from, to) => cells.get(`${from}>${to}`) ?? null,
    ofRow: (from) => total((place) => place.startsWith(`${from}>`)),
    ofColumn: (to) => total((place) => place.endsWith(`>${to}`)),
    all: total(() => true),
    largest: [...cells.values()].reduce((most, amount) => (Number(amount) > Number(most) ? amount : most), "0"),
  };
}
