/** The payments one by one: who pays whom, by which reference, until when, what has arrived; their sums beneath. */

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { sum } from "../../../shared/exact";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { Empty, Failed, WaitingSheet } from "../../../shared/states";
import { usePages } from "../../usePages";
import { Due } from "../parts";
import { type Payment, Payments } from "./documents";
import { PaymentActs } from "./PaymentActs";

interface Props {
  cycle: string | null;
  viewer: string | null;
  now: string;
  onDone: () => void;
  /** What stands beneath the list, once it is there. */
  children: ReactNode;
}

export function PaymentList({ cycle, viewer, now, onDone, children }: Props) {
  const { t } = useTranslation(["work", "common"]);
  const { money } = useFormats();
  const pages = usePages(Payments, (after) => ({ cycle, states: null, after }), (data) => data.settlementPayments, cycle ?? "all", "network-only");
  if (pages.state === "failed" && pages.rows.length === 0) return <Failed again={pages.more} />;
  const [first] = pages.rows;
  if (!first) {
    return pages.state === "loading" ? (
      <WaitingSheet />
    ) : (
      <>
        <Empty heading={t("bank.noPayments")}>
          <p>{t("bank.noPaymentsText")}</p>
        </Empty>
        {children}
      </>
    );
  }
  const total = (of: (payment: Payment) => string) => money({ amount: sum(pages.rows.map(of)), currency: first.amount.currency });
  const ties = sum([...pages.rows.map(({ amount }) => amount.amount), ...pages.rows.flatMap((one) => [one.paid, one.writtenOff, one.open].map(({ amount }) => `-${amount}`))]);
  return (
    <>
      <div className="work-scroll" tabIndex={0} role="group" aria-label={t("bank.parts.payments")}>
        <table className="work-table payments">
          <caption className="unseen">{t("bank.parts.payments")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("approvals.pays")}</th>
              <th scope="col">{t("approvals.receives")}</th>
              <th scope="col">{t("bank.columns.reference")}</th>
              <th scope="col">{t("bank.columns.due")}</th>
              <th scope="col">{t("disputes.columns.state")}</th>
              <th scope="col" className="number">{t("bank.columns.amount")}</th>
              <th scope="col" className="number">{t("bank.columns.paid")}</th>
              <th scope="col" className="number">{t("bank.columns.open")}</th>
              <th scope="col">
                <span className="unseen">{t("bank.columns.acts")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {pages.rows.map((payment) => (
              <Line key={payment.id} payment={payment} viewer={viewer} now={now} onDone={onDone} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={5}>{t(pages.whole ? "bank.total" : "bank.totalShown", { count: pages.rows.length })}</th>
              <td className="number figures">{total(({ amount }) => amount.amount)}</td>
              <td className="number figures">{total(({ paid, writtenOff }) => sum([paid.amount, writtenOff.amount]))}</td>
              <td className="number figures">{total(({ open }) => open.amount)}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
      <p className={/[1-9]/.test(ties) ? "work-ties differs" : "work-ties"}>{t(/[1-9]/.test(ties) ? "bank.differs" : "bank.ties")}</p>
      {!pages.whole && (
        <button type="button" className="quiet-action" onClick={pages.more} disabled={pages.state === "loading"}>
          {t("common:more")}
        </button>
      )}
      {children}
    </>
  );
}

const ENDED = new Set<Payment["state"]>(["PAID", "WRITTEN_OFF"]);

function Line({ payment, viewer, now, onDone }: { payment: Payment; viewer: string | null; now: string; onDone: () => void }) {
  const { t } = useTranslation(["work", "console"]);
  const { money, day } = useFormats();
  const who = (partner: Payment["payer"]) => {
    if (!partner) return t("console:roles.OPERATOR");
    return <PartnerName partner={partner.id === viewer ? { ...partner, name: t("console:oneself") } : partner} />;
  };
  return (
    <tr>
      <td>{who(payment.payer)}</td>
      <td>{who(payment.payee)}</td>
      <td className="figures">{payment.reference}</td>
      <td className="figures">{ENDED.has(payment.state) ? day(payment.dueOn) : <Due at={payment.dueOn} now={now.slice(0, 10)} />}</td>
      <td>
        {t(`bank.states.${payment.state}`)}
        {payment.reason && <span className="work-quiet"> {payment.reason}</span>}
      </td>
      <td className="number figures">{money(payment.amount)}</td>
      <td className="number figures">{money({ ...payment.paid, amount: sum([payment.paid.amount, payment.writtenOff.amount]) })}</td>
      <td className="number figures">{money(payment.open)}</td>
      <td>
        <PaymentActs payment={payment} viewer={viewer} now={now} onDone={onDone} />
      </td>
    </tr>
  );
}
