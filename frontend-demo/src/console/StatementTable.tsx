/** The statement itself: opening, lines by kind, net, closing; each line leads to what it was counted from. */

import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { decimalsOf } from "../shared/formats";
import { useFormats } from "../shared/formatting";
import type { Line, Statement } from "./documents";
import { Aligned, LineName, With } from "./Figures";
import { addressOf, type Place } from "./places";
import { counterparty, seenBy, sideOf } from "./sides";

interface Props {
  statement: Statement;
  lines: readonly Line[];
  place: Place;
}

const CENTS = 2;

export function StatementTable({ statement, lines, place }: Props) {
  const { t } = useTranslation("console");
  const most = {
    exact: Math.max(CENTS, ...lines.map((line) => decimalsOf(line.exact))),
    rounding: Math.max(CENTS, ...lines.map((line) => decimalsOf(line.rounding))),
  };
  return (
    <table className="statement-table" onKeyDown={moveByArrows}>
      <caption className="unseen">{t("statement.caption", { cycle: place.cycle })}</caption>
      <thead>
        <tr>
          {(["line", "with", "points", "price", "share", "exact", "rounding", "amount"] as const).map((column) => (
            <th key={column} scope="col" className={`${column} ${NUMERIC.has(column) ? "number" : ""}`}>
              {t(`columns.${column}`, { currency: statement.net.currency })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="balance-row">
        <Sum label={t("statement.opening")} amount={statement.opening.amount} />
      </tbody>
      {statement.byKind.map(({ kind, amount }) => (
        <tbody key={kind}>
          <Sum label={t(`kinds.${kind}`)} amount={amount.amount} heading />
          <Rows lines={lines.filter((line) => line.kind === kind)} place={place} own={statement.partner?.slug ?? ""} most={most} />
        </tbody>
      ))}
      <tbody className="balance-row">
        <Sum label={t("statement.net")} amount={statement.net.amount} />
        <Sum label={t("statement.closing")} amount={statement.closing.amount} />
      </tbody>
    </table>
  );
}

const NUMERIC: ReadonlySet<string> = new Set(["points", "price", "share", "exact", "rounding", "amount"]);

function Sum({ label, amount, heading = false }: { label: string; amount: string; heading?: boolean }) {
  const { signedDecimal } = useFormats();
  return (
    <tr className={heading ? "kind-row" : undefined}>
      <th scope={heading ? "rowgroup" : "row"} colSpan={7}>
        {label}
      </th>
      <td className="number figures amount">{signedDecimal(amount, CENTS)}</td>
    </tr>
  );
}

/** So many lines of a kind at once; a line that the address names is among them. */
const AT_ONCE = 100;

function Rows({ lines, place, ...row }: Omit<RowProps, "line"> & { lines: readonly Line[] }) {
  const { t } = useTranslation("console");
  const [asked, setAsked] = useState(AT_ONCE);
  const shown = Math.max(asked, lines.findIndex((line) => line.number === place.line) + 1);
  return (
    <>
      {lines.slice(0, shown).map((line) => (
        <Row key={line.id} line={line} place={place} {...row} />
      ))}
      {lines.length > shown && (
        <tr className="more-row">
          <td colSpan={8}>
            <button type="button" className="quiet-action" onClick={() => setAsked(shown + AT_ONCE)}>
              {t("statement.more", { count: lines.length - shown })}
            </button>
          </td>
        </tr>
      )}
    </>
  );
}

interface RowProps {
  line: Line;
  place: Place;
  own: string;
  /** How many digits after the point the widest figure of a column has. */
  most: { exact: number; rounding: number };
}

function Row({ line, place, own, most }: RowProps) {
  const { t } = useTranslation("console");
  const { signedDecimal } = useFormats();
  const side = sideOf(line, own);
  const chosen = place.line === line.number;
  return (
    <tr className={chosen ? "line-row chosen" : "line-row"}>
      <th scope="row" className="line">
        <Link
          href={addressOf({ ...place, line: line.number, movement: null })}
          aria-current={chosen ? "true" : undefined}
          data-line={line.number}
        >
          <LineName line={line} own={own} />
        </Link>
        {side === "both" && <span className="row-note">{t("statement.both")}</span>}
      </th>
      <td className="with">
        <With who={counterparty(line, own)} own={own} />
      </td>
      <Basis line={line} />
      <td className="number figures exact">
        <Aligned value={seenBy(side, line.exact)} most={most.exact} />
      </td>
      <td className="number figures rounding">
        <Aligned value={seenBy(side, line.rounding)} most={most.rounding} />
      </td>
      <td className="number figures amount">{signedDecimal(seenBy(side, line.amount), CENTS)}</td>
    </tr>
  );
}

/** Points at a price, or an amount; of either, the share that is due. */
function Basis({ line }: { line: Line }) {
  const { t } = useTranslation("console");
  const { points, decimal, percent } = useFormats();
  const part = <td className="number figures share">{percent(line.share)}</td>;
  if (line.points === null) {
    return (
      <>
        <td className="number figures points base" colSpan={2}>
          {line.base !== null && line.source !== "ROUNDING" && t("statement.ofAmount", { amount: decimal(line.base, CENTS) })}
        </td>
        {line.source === "ROUNDING" ? <td className="share" /> : part}
      </>
    );
  }
  return (
    <>
      <td className="number figures points">{points(line.points)}</td>
      <td className="number figures price">{line.price !== null && decimal(line.price, 4)}</td>
      {part}
    </>
  );
}

/** Up and Down walk through the lines. */
function moveByArrows(event: KeyboardEvent<HTMLTableElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>("a[data-line]")];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  if (at < 0) return;
  event.preventDefault();
  links[at + step]?.focus();
}
