/** Figures of statements: signed, in words, exact to the last digit. */

import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../shared/formatting";
import { type Amount, decimalsOf } from "../shared/formats";
import { PartnerName } from "../shared/partner";
import type { Line } from "./documents";
import { type Counterparty, directionOf, magnitude, sideOf } from "./sides";

/** Whether the statement is the reader's own; the coalition reads those of others. */
export const OwnStatement = createContext(true);

/** "You pay €12.30", "You receive €4.00", "Even". */
export function InWords({ money, name }: { money: Amount; name: string }) {
  const { t } = useTranslation("console");
  const own = useContext(OwnStatement);
  const { money: shown } = useFormats();
  const direction = directionOf(money.amount);
  return (
    <span className={`in-words ${direction}`}>
      <span className="in-words-verb">{t(`words.${own ? "own" : "other"}.${direction}`, { name })}</span>{" "}
      {direction !== "even" && (
        <span className="in-words-sum figures">{shown({ ...money, amount: magnitude(money.amount) })}</span>
      )}
    </span>
  );
}

const CENTS = 2;

/** A figure, signed unless said otherwise; unseen zeros behind it bring the decimal points of a column below each other. */
export function Aligned({ value, most, plain = false }: { value: string; most: number; plain?: boolean }) {
  const { signedDecimal, decimal } = useFormats();
  return (
    <>
      {plain ? decimal(value, CENTS) : signedDecimal(value, CENTS)}
      <span className="pad" aria-hidden="true">
        {"0".repeat(Math.max(0, most - Math.max(CENTS, decimalsOf(value))))}
      </span>
    </>
  );
}

/** The other side of a line: a partner, or an account of the house. */
export function With({ who, own }: { who: Counterparty; own: string }) {
  const { t } = useTranslation("console");
  const oneself = useContext(OwnStatement) && who.partner?.slug === own;
  if (!who.partner) return <>{t(`roles.${who.role}`)}</>;
  return <PartnerName partner={oneself ? { ...who.partner, name: t("oneself") } : who.partner} />;
}

/** What a line is about, from the side of the partner that reads it. */
export function LineName({ line, own }: { line: Line; own: string }) {
  const { t } = useTranslation("console");
  const whose = useContext(OwnStatement) ? "own" : "other";
  if (line.kind === "REDEMPTION") return <>{t(`spent.${whose}.${sideOf(line, own)}`)}</>;
  return <>{t(line.kind === "MARGIN" ? "margin" : `sources.${line.source}`)}</>;
}
