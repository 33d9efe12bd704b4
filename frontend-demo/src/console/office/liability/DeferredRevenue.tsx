/** The part of what a partner sold that belongs to points not yet redeemed (IFRS 15). */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { useFormats } from "../../../shared/formatting";
import { Deferred } from "./documents";

const CENTS = 2;

export function DeferredRevenue({ partner, currency }: { partner: string | null; currency: string }) {
  const { t } = useTranslation("office");
  const { decimal, signedDecimal, points, percent } = useFormats();
  const [{ data }] = useQuery({ query: Deferred, variables: { partner } });
  const rows = data?.deferredRevenue ?? [];
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="deferred">
      <h2 id="deferred">{t("deferred.heading")}</h2>
      <p className="office-told">{t("deferred.told", { currency })}</p>
      <div className="office-table" tabIndex={0} role="group" aria-label={t("deferred.heading")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("liability.cycle")}</th>
              {(["points", "urr", "opening", "allocated", "recognised", "closing"] as const).map((name) => (
                <th key={name} scope="col" className="number">
                  {t(`deferred.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.cycle}>
                <th scope="row">{row.cycle}</th>
                <td className="number figures">{points(row.points)}</td>
                <td className="number figures">{percent(Number(row.urr).toFixed(3))}</td>
                <td className="number figures">{decimal(row.opening, CENTS)}</td>
                <td className="number figures">{signedDecimal(row.allocated, CENTS)}</td>
                <td className="number figures">{signedDecimal(`-${row.recognised}`, CENTS)}</td>
                <td className="number figures">{decimal(row.closing, CENTS)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
