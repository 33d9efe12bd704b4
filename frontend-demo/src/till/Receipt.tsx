/** After the sale: what arrived, or that it is kept and will be sent. */

import { useTranslation } from "react-i18next";

import { useCountUp } from "../shared/useCountUp";
import { type Refusal, Refusals } from "../shared/acts";
import { isZero, negated } from "../shared/exact";
import { useFormats } from "../shared/formatting";
import type { Tender } from "./PayDialog";
import type { State } from "./queue";
import { figuresOf, type Sale, sold } from "./sale";
import { useTill } from "./till";
import { useFocused } from "./useFocused";

export interface Receipt {
  sale: Sale;
  tender: Tender;
  at: string;
  state: State;
  points: string | null;
  refusals: readonly Refusal[];
  /** What the member has now, where it may be seen. */
  available: string | null;
}

export function Receipt({ given, next }: { given: Receipt; next: () => void }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const button = useFocused<HTMLButtonElement>();
  return (
    <main className="till-receipt">
      <div className="till-paper">
        <h2>{t(`receipt.${given.state}`)}</h2>
        <Arrived given={given} />
        <Refusals of={given.refusals} />
        <dl>
          <dt>{t("receipt.number")}</dt>
          <dd className="figures">{given.sale.receipt}</dd>
          <dt>{t("receipt.at")}</dt>
          <dd>{formats.dateTime(given.at)}</dd>
        </dl>
        <Sold given={given} />
        <button ref={button} type="button" className="action" onClick={next}>
          {t("receipt.next")}
        </button>
      </div>
    </main>
  );
}

function Arrived({ given }: { given: Receipt }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const shown = useCountUp(BigInt(given.points ?? "0"));
  if (given.state === "waiting") return <p className="till-why">{t("receipt.kept")}</p>;
  if (given.points === null) return null;
  return (
    <p className="till-earns-figure" role="status">
      <strong className="figures">{formats.signedPoints(shown)}</strong> {t("earns.points", { count: Number(given.points) })}
      {given.available !== null && <span className="till-after">{t("receipt.now", { points: formats.points(given.available) })}</span>}
    </p>
  );
}

function Sold({ given: { sale, tender } }: { given: Receipt }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const { house, digits } = useTill();
  const money = (amount: string) => formats.money({ amount, currency: house.coalition.currency });
  const names = new Map(sale.lines.map((line) => [line.number, line.name]));
  const { byPoints, due } = figuresOf(sale, digits);
  return (
    <ul className="till-off">
      {sold(sale, digits).map((line) => (
        <li key={line.number}>
          <span>
            {formats.decimal(line.quantity)} × {names.get(line.number)}
          </span>
          <span className="figures">{money(line.amount)}</span>
        </li>
      ))}
      {!isZero(byPoints) && (
        <li>
          <span>{t("pay.byPoints")}</span>
          <span className="figures">{money(negated(byPoints))}</span>
        </li>
      )}
      <li className="till-off-sum">
        <span>{t(`pay.by.${tender}`)}</span>
        <span className="figures">{money(due)}</span>
      </li>
    </ul>
  );
}
