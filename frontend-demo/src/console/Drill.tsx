/** What a line was counted from, page by page, and how its sum stands against the line. */

import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { Bone } from "../shared/chrome";
import { equal, sum } from "../shared/exact";
import { decimalsOf } from "../shared/formats";
import { useFormats } from "../shared/formatting";
import { wordFor } from "../shared/i18n";
import { PartnerName } from "../shared/partner";
import { BaseLinesOf, BenefitsOf, type Benefit, type Line, type Statement, type Transfer, TransfersOf } from "./documents";
import { Aligned, LineName, With } from "./Figures";
import { LineActs } from "./LineActs";
import { addressOf, type Place } from "./places";
import { below, counterparty, seenBy, sideOf } from "./sides";
import { type Pages, usePages } from "./usePages";

interface Props {
  line: Line;
  place: Place;
  own: string;
}

interface DrillProps extends Props {
  disputes: Statement["disputes"];
  mayDispute: boolean;
  onDone: () => void;
}

const CENTS = 2;

export function Drill({ line, place, own, disputes, mayDispute, onDone }: DrillProps) {
  const { t } = useTranslation("console");
  const heading = useRef<HTMLHeadingElement>(null);
  const back = addressOf({ ...place, line: null, movement: null });
  useEffect(() => {
    heading.current?.focus({ preventScroll: window.innerWidth >= 1200 });
  }, [line.id]);
  return (
    <aside className="drill" aria-labelledby="drill-label">
      <nav aria-label={t("drill.path")} className="path">
        <Link href={back}>{t("drill.statement", { cycle: place.cycle })}</Link>
        <span aria-hidden="true">/</span>
        <span>{t(`kinds.${line.kind}`)}</span>
      </nav>
      <h2 id="drill-label" ref={heading} tabIndex={-1}>
        <LineName line={line} own={own} />
      </h2>
      <p className="drill-with">
        {t("drill.with")} <With who={counterparty(line, own)} own={own} />
      </p>
      <Formula line={line} own={own} />
      <BelowLine line={line} place={place} own={own} />
      <LineActs line={line} disputes={disputes} mayDispute={mayDispute} onDone={onDone} />
      <Link href={back} className="drill-close" aria-label={t("drill.close")}>
        ×
      </Link>
    </aside>
  );
}

/** 3,706 × 0.0100 × 40% = 14.824; rounding −0.004; amount 14.82. */
function Formula({ line, own }: { line: Line; own: string }) {
  const { t } = useTranslation("console");
  const { points, decimal, signedDecimal, percent } = useFormats();
  const side = sideOf(line, own);
  const factors = [
    line.points !== null && points(line.points),
    line.price !== null && decimal(line.price, 4),
    line.base !== null && decimal(line.base, CENTS),
    !equal(line.share, "1") && percent(line.share),
  ].filter((factor) => factor !== false);
  return (
    <dl className="formula figures">
      {line.source !== "ROUNDING" && (
        <div>
          <dt>{factors.join(" × ")}</dt>
          <dd>{decimal(line.exact, CENTS)}</dd>
        </div>
      )}
      <div>
        <dt>{t("columns.rounding")}</dt>
        <dd>{signedDecimal(line.rounding)}</dd>
      </div>
      <div className="formula-amount">
        <dt>{t(`drill.sides.${side}`)}</dt>
        <dd>{decimal(line.amount, CENTS)}</dd>
      </div>
    </dl>
  );
}

function BelowLine({ line, place, own }: Props) {
  const { t } = useTranslation("console");
  switch (below(line)) {
    case "transfers":
      return <Transfers key={line.id} line={line} place={place} />;
    case "benefits":
      return <Benefits key={line.id} line={line} />;
    case "lines":
      return <BaseLines key={line.id} line={line} place={place} own={own} />;
    default:
      return <p className="drill-note">{t("drill.nothing")}</p>;
  }
}

function Transfers({ line, place }: { line: Line; place: Place }) {
  const { t } = useTranslation("console");
  const { points, decimal } = useFormats();
  const pages = usePages(
    TransfersOf,
    (after) => ({ line: line.id, after }),
    (data) => data.statementLine?.transfers ?? null,
    line.id,
  );
  const exact = pages.rows.map((row) => row.exact).filter((part) => part !== null);
  const counted = sum(pages.rows.map((row) => row.points));
  const whole = exact.length === pages.rows.length;
  const most = Math.max(CENTS, ...exact.map(decimalsOf));
  return (
    <Listed
      pages={pages}
      against={{
        shown: t("drill.pointsShown", { points: points(counted), exact: whole ? decimal(sum(exact), CENTS) : "" }),
        agrees: whole ? equal(sum(exact), line.exact) : line.points !== null && equal(counted, line.points),
        part: Number(counted) / Math.max(1, Number(line.points)),
      }}
      columns={["when", "where", "what", "points", "exact"]}
      narrow
    >
      {pages.rows.map((row) => (
        <TransferRow key={row.id} row={row} most={most} href={addressOf({ ...place, movement: row.id })} />
      ))}
    </Listed>
  );
}

function TransferRow({ row, most, href }: { row: Transfer; most: number; href: string }) {
  const { t } = useTranslation("console");
  const { points, dateTime } = useFormats();
  return (
    <tr>
      <td className="figures">
        <Link href={href}>{row.postedAt ? dateTime(row.postedAt) : t("drill.unseen")}</Link>
      </td>
      <td>{row.recordedBy ? <PartnerName partner={row.recordedBy} /> : t("roles.OPERATOR")}</td>
      <td className="what">{wordFor(t, "transfers", row.kind)}</td>
      <td className="number figures">{points(row.points)}</td>
      <td className="number figures">{row.exact !== null && <Aligned value={row.exact} most={most} plain />}</td>
    </tr>
  );
}

function Benefits({ line }: { line: Line }) {
  const { t } = useTranslation("console");
  const { decimal } = useFormats();
  const pages = usePages(
    BenefitsOf,
    (after) => ({ line: line.id, after }),
    (data) => data.statementLine?.benefits ?? null,
    line.id,
  );
  const counted = sum(pages.rows.map((row: Benefit) => row.amount));
  return (
    <Listed
      pages={pages}
      against={{
        shown: t("drill.amountShown", { amount: decimal(counted, CENTS) }),
        agrees: equal(counted, line.base ?? line.exact),
        part: Number(counted) / Math.max(0.01, Number(line.base ?? line.exact)),
      }}
      columns={["what", "amount"]}
    >
      {pages.rows.map((row, place) => (
        <tr key={place}>
          <td>{wordFor(t, "benefits", row.kind)}</td>
          <td className="number figures">{decimal(row.amount, CENTS)}</td>
        </tr>
      ))}
    </Listed>
  );
}

function BaseLines({ line, place, own }: Props) {
  const { t } = useTranslation("console");
  const { signedDecimal } = useFormats();
  const pages = usePages(
    BaseLinesOf,
    (after) => ({ line: line.id, after }),
    (data) => data.statementLine?.baseLines ?? null,
    line.id,
  );
  return (
    <>
      <p className="drill-note">{t("drill.figuredFrom")}</p>
      <Listed pages={pages} columns={["what", "with", "exact"]}>
        {pages.rows.map((row: Line) => (
          <tr key={row.id}>
            <td>
              <Link href={addressOf({ ...place, line: row.number, movement: null })}><LineName line={row} own={own} /></Link>
            </td>
            <td>
              <With who={counterparty(row, own)} own={own} />
            </td>
            <td className="number figures">{signedDecimal(seenBy(sideOf(row, own), row.exact), CENTS)}</td>
          </tr>
        ))}
      </Listed>
    </>
  );
}

interface Against {
  shown: string;
  agrees: boolean;
  /** How much of the line is on the page, from 0 to 1. */
  part: number;
}

type DrillColumn = "when" | "where" | "what" | "with" | "points" | "exact" | "amount";

interface ListedProps {
  pages: Pages<unknown>;
  against?: Against;
  columns: readonly DrillColumn[];
  /** In the hand what happened gives way to where. */
  narrow?: boolean;
  children: ReactNode;
}

const NUMERIC = new Set(["points", "exact", "amount"]);

function Listed({ pages, against, columns, narrow = false, children }: ListedProps) {
  const { t } = useTranslation("console");
  if (pages.state === "loading" && pages.rows.length === 0) return <Bone width="100%" height="12rem" />;
  return (
    <>
      <section className={narrow ? "drill-rows narrow" : "drill-rows"} tabIndex={0} aria-label={t("drill.rows")}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col" className={NUMERIC.has(column) ? `${column} number` : column}>
                  {t(`drill.columns.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </section>
      {against && <Verdict pages={pages} against={against} />}
      {pages.state === "failed" && <p role="alert">{t("drill.failed")}</p>}
      {!pages.whole && (
        <button type="button" className="quiet-action" onClick={pages.more} disabled={pages.state === "loading"}>
          {t(pages.state === "loading" ? "drill.loading" : "drill.more")}
        </button>
      )}
    </>
  );
}

/** The sum of what is shown, against the line: a part of it, all of it, or, should it ever be, something else. */
function Verdict({ pages, against }: { pages: Pages<unknown>; against: Against }) {
  const { t } = useTranslation("console");
  const verdict = !pages.whole ? "part" : against.agrees ? "agrees" : "differs";
  return (
    <div className={`verdict ${verdict}`} role="status" data-testid="verdict">
      <p>
        <span>{t("drill.shown", { count: pages.rows.length })}</span> <span className="figures">{against.shown}</span>
      </p>
      <p className="verdict-words">{t(`drill.verdict.${verdict}`)}</p>
      {verdict === "part" && <progress max={1} value={Math.min(1, against.part)} aria-label={t("drill.progress")} />}
    </div>
  );
}
