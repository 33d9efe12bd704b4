/** A draft beside the contract in force: what changes, in words and figures, and what a cycle would have come to. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { useFormats } from "../../../shared/formatting";
import { wordFor } from "../../../shared/i18n";
import { isNegative, isZero } from "../../../shared/exact";
import { PartnerName } from "../../../shared/partner";
import { Failed, WaitingSheet } from "../../../shared/states";
import { ContractAsked, WhatIf } from "./documents";
import { direction, said, type TermWords } from "./terms";

export function ContractSubject({ contract, currency }: { contract: string; currency: string }) {
  const { t } = useTranslation("work");
  const { day } = useFormats();
  const [{ data, error }, read] = useQuery({ query: ContractAsked, variables: { contract } });
  if (!data) return error ? <Failed again={() => read({ requestPolicy: "network-only" })} /> : <WaitingSheet lines={4} />;
  const draft = data.node?.__typename === "Contract" ? data.node : null;
  if (!draft) return null;
  return (
    <>
      <p>{t("approvals.contract.version", { version: draft.version, day: day(draft.validFrom) })}</p>
      {draft.changes.length === 0 ? <p>{t("approvals.contract.first")}</p> : <Changes changes={draft.changes} currency={currency} />}
      <WouldHaveCost contract={contract} />
    </>
  );
}

interface Change {
  term: string;
  label: string;
  valueBefore: string;
  valueAfter: string;
}

function Changes({ changes, currency }: { changes: readonly Change[]; currency: string }) {
  const { t } = useTranslation("work");
  const formats = useFormats();
  const words: TermWords = {
    yes: t("approvals.contract.yes"),
    no: t("approvals.contract.no"),
    none: t("approvals.contract.none"),
    days: (count) => t("approvals.contract.days", { count }),
    word: (name) => wordFor(t, "approvals.contract.values", name),
    band: (price, points) => t("approvals.contract.band", { price, points }),
  };
  return (
    <div className="work-scroll" tabIndex={0} role="group" aria-label={t("approvals.contract.changes")}>
      <table className="work-table contract-changes">
        <caption>{t("approvals.contract.changes")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("approvals.contract.term")}</th>
            <th scope="col">{t("approvals.before")}</th>
            <th scope="col">{t("approvals.after")}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.term}>
              <th scope="row">{termName(change)}</th>
              <td className="figures was">
                <del>{said(change.term, change.valueBefore, formats, words, currency)}</del>
              </td>
              <td className="figures is">
                <ins>{said(change.term, change.valueAfter, formats, words, currency)}</ins>
                <Moved change={change} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );

  function termName({ term, label }: Change): string {
    const word = wordFor(t, "approvals.contract.terms", term);
    return word === term ? label : word;
  }
}

function Moved({ change }: { change: Change }) {
  const { t } = useTranslation("work");
  const way = direction(change.term, change.valueBefore, change.valueAfter);
  return way && <span className="work-quiet"> {t(`approvals.contract.${way}`)}</span>;
}

/** The very transfers of a cycle, priced once more. */
function WouldHaveCost({ contract }: { contract: string }) {
  const { t } = useTranslation(["work", "console"]);
  const { money } = useFormats();
  const [always, setAlways] = useState(false);
  const [{ data, error }] = useQuery({ query: WhatIf, variables: { contract, cycle: null, always } });
  if (error) return <p role="alert">{t("approvals.whatIf.failed")}</p>;
  if (!data) return <WaitingSheet lines={2} />;
  const found = data.contractWhatIf;
  if (!found) return <p className="work-quiet">{t("approvals.whatIf.none")}</p>;
  return (
    <section className="what-if" aria-label={t("approvals.whatIf.heading", { cycle: found.cycle.name })}>
      <h3>{t("approvals.whatIf.heading", { cycle: found.cycle.name })}</h3>
      {found.isForecast && <p className="work-quiet">{t("approvals.whatIf.forecast")}</p>}
      <label className="work-check">
        <input type="checkbox" checked={always} onChange={(event) => setAlways(event.target.checked)} />
        {t("approvals.whatIf.always")}
      </label>
      <div className="work-scroll" tabIndex={0} role="group" aria-label={t("approvals.whatIf.caption")}>
        <table className="work-table">
          <caption className="unseen">{t("approvals.whatIf.caption")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("approvals.whatIf.whose")}</th>
              <th scope="col" className="number">{t("approvals.before")}</th>
              <th scope="col" className="number">{t("approvals.after")}</th>
              <th scope="col" className="number">{t("approvals.whatIf.difference")}</th>
            </tr>
          </thead>
          <tbody>
            {found.changes.map(({ party, netBefore, netAfter, difference }, place) => (
              <tr key={place}>
                <th scope="row">{party.partner ? <PartnerName partner={party.partner} /> : t(`console:roles.${party.role}`)}</th>
                <td className="number figures">{money(netBefore)}</td>
                <td className="number figures">{money(netAfter)}</td>
                <td className={`number figures ${isZero(difference.amount) ? "work-quiet" : isNegative(difference.amount) ? "pays" : "receives"}`}>
                  {isZero(difference.amount) ? t("approvals.whatIf.same") : money(difference)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="work-quiet">{t("approvals.whatIf.signs")}</p>
    </section>
  );
}
