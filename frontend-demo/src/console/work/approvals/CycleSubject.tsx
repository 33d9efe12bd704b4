/** The statements of a cycle as they were proposed: nets that sum to nothing, who answered, what was done since. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { isNegative, isZero, sum } from "../../../shared/exact";
import { useFormats } from "../../../shared/formatting";
import { wordFor } from "../../../shared/i18n";
import { PartnerName } from "../../../shared/partner";
import { Failed, WaitingSheet } from "../../../shared/states";
import { addressOf } from "../../places";
import { Proposed } from "./documents";

export function CycleSubject({ cycle }: { cycle: string }) {
  const { t } = useTranslation(["work", "console"]);
  const { money, dateTime } = useFormats();
  const [{ data, error }, read] = useQuery({ query: Proposed, variables: { cycle } });
  if (!data) return error ? <Failed again={() => read({ requestPolicy: "network-only" })} /> : <WaitingSheet lines={6} />;
  const found = data.cycle;
  if (!found) return null;
  const answers = new Map(found.answers.map(({ partner, answer }) => [partner?.id, answer]));
  const computed = found.steps.filter(({ step }) => step === "COMPUTE").length;
  const total = sum(found.statements.map(({ closing }) => closing.amount));
  const currency = found.statements[0]?.closing.currency ?? "EUR";
  return (
    <>
      <p>
        {t("approvals.proposal.computed", { count: computed })}{" "}
        {found.proposedAt && t("approvals.proposal.proposed", { when: dateTime(found.proposedAt) })}
      </p>
      <div className="work-scroll" tabIndex={0} role="group" aria-label={t("approvals.proposal.nets")}>
        <table className="work-table">
          <caption className="unseen">{t("approvals.proposal.nets")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("approvals.whatIf.whose")}</th>
              <th scope="col">{t("approvals.proposal.answer")}</th>
              <th scope="col" className="number">{t("approvals.proposal.opening")}</th>
              <th scope="col" className="number">{t("approvals.proposal.net")}</th>
              <th scope="col" className="number">{t("approvals.proposal.closing")}</th>
            </tr>
          </thead>
          <tbody>
            {found.statements.map(({ id, role, partner, opening, net, closing }) => (
              <tr key={id}>
                <th scope="row">
                  {partner ? (
                    <Link href={addressOf({ cycle: found.name, partner: partner.slug, line: null })}>
                      <PartnerName partner={partner} />
                    </Link>
                  ) : (
                    t(`console:roles.${role}`)
                  )}
                </th>
                <td>{partner && wordFor(t, "approvals.answers", answers.get(partner.id) ?? "NONE")}</td>
                <td className="number figures">{money(opening)}</td>
                <td className="number figures">{money(net)}</td>
                <td className={`number figures ${isNegative(closing.amount) ? "pays" : "receives"}`}>{money(closing)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={4}>{t("approvals.proposal.total")}</th>
              <td className="number figures">{money({ amount: total, currency })}</td>
            </tr>
          </tfoot>
        </table>
      </div>
      <p className={isZero(total) ? "work-ties" : "work-ties differs"}>{t(isZero(total) ? "approvals.proposal.zero" : "approvals.proposal.notZero")}</p>
    </>
  );
}
