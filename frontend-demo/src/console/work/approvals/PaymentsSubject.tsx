/** The payments that would go out to the bank, with their total. */

import { useTranslation } from "react-i18next";

import { sum } from "../../../shared/exact";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { Failed, WaitingSheet } from "../../../shared/states";
import { usePages } from "../../usePages";
import { PaymentsAsked } from "./documents";

export function PaymentsSubject({ cycle }: { cycle: string }) {
  const { t } = useTranslation(["work", "console", "common"]);
  const { money, day } = useFormats();
  const pages = usePages(PaymentsAsked, (after) => ({ cycle, after }), (data) => data.settlementPayments, cycle, "network-only");
  if (pages.state === "failed" && pages.rows.length === 0) return <Failed again={pages.more} />;
  const [first] = pages.rows;
  if (!first) return pages.state === "loading" ? <WaitingSheet lines={4} /> : <p>{t("approvals.payments.none")}</p>;
  const total = { amount: sum(pages.rows.map(({ open }) => open.amount)), currency: first.open.currency };
  return (
    <>
      <div className="work-scroll" tabIndex={0} role="group" aria-label={t("approvals.payments.caption")}>
        <table className="work-table">
          <caption className="unseen">{t("approvals.payments.caption")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("approvals.pays")}</th>
              <th scope="col">{t("approvals.receives")}</th>
              <th scope="col">{t("bank.columns.reference")}</th>
              <th scope="col">{t("bank.columns.due")}</th>
              <th scope="col" className="number">{t("bank.columns.amount")}</th>
            </tr>
          </thead>
          <tbody>
            {pages.rows.map(({ id, payer, payee, reference, dueOn, open }) => (
              <tr key={id}>
                <td>{payer ? <PartnerName partner={payer} /> : t("console:roles.OPERATOR")}</td>
                <td>{payee ? <PartnerName partner={payee} /> : t("console:roles.OPERATOR")}</td>
                <td className="figures">{reference}</td>
                <td className="figures">{day(dueOn)}</td>
                <td className="number figures">{money(open)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={4}>{t("approvals.payments.total", { count: pages.rows.length })}</th>
              <td className="number figures">{money(total)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
      {!pages.whole && (
        <button type="button" className="quiet-action" onClick={pages.more} disabled={pages.state === "loading"}>
          {t("common:more")}
        </button>
      )}
    </>
  );
}
