/** What is open by who has to pay it and how long it has been due; the columns add up to what is open. */

import { useTranslation } from "react-i18next";

import { isZero, sum } from "../../../shared/exact";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import type { Around } from "./documents";

const AGES = ["current", "to30", "to60", "to90", "over90"] as const;

export function Ageing({ around }: { around: Around }) {
  const { t } = useTranslation(["work", "console"]);
  const { money } = useFormats();
  const { paymentAgeing: rows, coalition } = around;
  if (rows.length === 0) return null;
  const shown = (amount: string) => (isZero(amount) ? "–" : money({ amount, currency: coalition.currency }));
  return (
    <section>
      <h2>{t("bank.ageing")}</h2>
      <div className="work-scroll" tabIndex={0} role="group" aria-label={t("bank.ageing")}>
        <table className="work-table">
          <caption className="unseen">{t("bank.ageing")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("approvals.pays")}</th>
              {AGES.map((age) => (
                <th key={age} scope="col" className="number">{t(`bank.ages.${age}`)}</th>
              ))}
              <th scope="col" className="number">{t("bank.columns.open")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, place) => (
              <tr key={place}>
                <th scope="row">{row.payer ? <PartnerName partner={row.payer} /> : t("console:roles.OPERATOR")}</th>
                {AGES.map((age) => (
                  <td key={age} className="number figures">{shown(row[age])}</td>
                ))}
                <td className="number figures">{shown(row.open)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t("bank.total", { count: rows.length })}</th>
              {AGES.map((age) => (
                <td key={age} className="number figures">{shown(sum(rows.map((row) => row[age])))}</td>
              ))}
              <td className="number figures">{shown(sum(rows.map(({ open }) => open)))}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}
