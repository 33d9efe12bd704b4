/** What of a sale the customer's side is told. */

import { sum } from "../shared/exact";
import type { Shown } from "./customer";
import type { Preview } from "./documents";
import type { Receipt } from "./Receipt";
import { figuresOf, type Sale, sold } from "./sale";
import type { Till } from "./till";

export function shownOf({ house, digits }: Till, sale: Sale, preview: Preview | null, given: Receipt | null): Shown {
  const names = new Map(sale.lines.map((line) => [line.number, line.name]));
  return {
    lines: sold(sale, digits).map(({ number, quantity, amount }) => ({ name: names.get(number) ?? "", quantity, amount })),
    due: figuresOf(sale, digits).due,
    currency: house.coalition.currency,
    points: preview?.points ?? null,
    fundedBy: fundedBy(preview?.awards ?? []),
    known: sale.customer !== null,
    arrived: given?.points == null ? null : { points: given.points, available: given.available },
  };
}

/** All awards together, by who pays for them. */
export function fundedBy(awards: readonly Preview["awards"][number][]): Shown["fundedBy"] {
  const shares = new Map<string, Shown["fundedBy"][number]>();
  for (const { sponsor, points } of awards.flatMap((award) => award.fundedBy)) {
    const before = shares.get(sponsor.slug)?.points ?? "0";
    shares.set(sponsor.slug, { sponsor, points: sum([before, points]) });
  }
  return [...shares.values()];
}
