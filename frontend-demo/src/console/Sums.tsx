/** How the kinds of lines add up to the cycle's net: what is paid to the left, what is received to the right. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../shared/formatting";
import type { Statement } from "./documents";
import { directionOf } from "./sides";

const CENTS = 2;

export function Sums({ statement, missing }: { statement: Statement; missing: boolean }) {
  const { t } = useTranslation("console");
  const largest = Math.max(...statement.byKind.map((one) => Math.abs(Number(one.amount.amount))), 0.01);
  return (
    <aside className="drill sums" aria-labelledby="sums-label">
      <h2 id="sums-label">{t("drill.adds")}</h2>
      <dl>
        {statement.byKind.map(({ kind, amount }) => (
          <Bar key={kind} label={t(`kinds.${kind}`)} amount={amount.amount} largest={largest} />
        ))}
        <Bar label={t("statement.net")} amount={statement.net.amount} largest={largest} />
      </dl>
      <p className="drill-note">{t(missing ? "drill.missing" : "drill.choose")}</p>
    </aside>
  );
}

function Bar({ label, amount, largest }: { label: string; amount: string; largest: number }) {
  const { signedDecimal } = useFormats();
  const width = `${Math.min(50, (Math.abs(Number(amount)) / largest) * 50)}%`;
  return (
    <div className={`sum ${directionOf(amount)}`}>
      <dt>{label}</dt>
      <dd className="figures">{signedDecimal(amount, CENTS)}</dd>
      <span className="sum-bar" aria-hidden="true">
        <span style={{ width }} />
      </span>
    </div>
  );
}
