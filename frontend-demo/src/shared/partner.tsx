/** A partner's mark: its colour and its name. The colour is never used for anything else. */

import type { CSSProperties, ReactNode } from "react";

import "./partner.css";

export interface Hued {
  name: string;
  hue: number;
}

const DEPTHS = 3;
const BAND = 24;

/** Hues a band apart differ in depth as well, so that they keep apart for those who see few colours. */
export function toneOf(hue: number): CSSProperties {
  return { "--hue": hue, "--depth": Math.floor(hue / BAND) % DEPTHS } as CSSProperties;
}

export const Dot = ({ partner }: { partner: Hued }) => (
  <span className="dot" style={toneOf(partner.hue)} title={partner.name} aria-hidden="true" />
);

export const PartnerName = ({ partner, children }: { partner: Hued; children?: ReactNode }) => (
  <span className="partner">
    <Dot partner={partner} />
    <span>{partner.name}</span>
    {children}
  </span>
);

const collator = new Intl.Collator("en", { numeric: true });

/** Partners in the one order they have everywhere, by their names; whatever is of the house comes last, as it came. */
export function partnersInOrder<T>(things: readonly T[], partnerOf: (thing: T) => Pick<Hued, "name"> | null): T[] {
  return [...things].sort((one, other) => {
    const [first, second] = [partnerOf(one), partnerOf(other)];
    if (!first || !second) return Number(!first) - Number(!second);
    return collator.compare(first.name, second.name);
  });
}
