/** What a cycle would have cost under this version, for everybody whom that would have concerned. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Bone } from "../../../shared/chrome";
import { isNegative } from "../../../shared/exact";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { type Contract, CyclesToPrice, type Priced, WhatIf } from "./documents";

export function Pricing({ contract }: { contract: Contract }) {
  const { t } = useTranslation("office");
  const [asked, setAsked] = useState(false);
  const [cycle, setCycle] = useState<string | null>(null);
  const [always, setAlways] = useState(false);
  const [{ data: known }] = useQuery({ query: CyclesToPrice, pause: !asked });
  const [{ data, fetching }] = useQuery({ query: WhatIf, variables: { contract: contract.id, cycle, always }, pause: !asked });
  const priced = data?.contractWhatIf ?? null;
  return (
    <section aria-labelledby="pricing">
      <header className="office-head">
        <div>
          <h2 id="pricing">{t("pricing.heading")}</h2>
          <p className="office-told">{t("pricing.told")}</p>
        </div>
        {asked ? (
          <div className="office-tools">
            <select className="input" aria-label={t("liability.cycle")} value={cycle ?? ""} onChange={(event) => setCycle(event.target.value || null)}>
              <option value="">{t("pricing.latest")}</option>
              {known?.cycles.nodes.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
            <label className="office-check">
              <input type="checkbox" checked={always} onChange={(event) => setAlways(event.target.checked)} />
              {t("pricing.always")}
            </label>
          </div>
        ) : (
          <button type="button" className="quiet-action" onClick={() => setAsked(true)}>
            {t("pricing.ask")}
          </button>
        )}
      </header>
      {asked && fetching && !priced && <Bone width="100%" height="12rem" />}
      {asked && !fetching && !priced && <p className="office-told">{t("pricing.none")}</p>}
      {priced && <Outcome priced={priced} />}
    </section>
  );
}

function Outcome({ priced }: { priced: Priced }) {
  const { t } = useTranslation(["office", "console"]);
  const { money, decimal } = useFormats();
  return (
    <>
      <p className="liability-whose">
        {priced.cycle.name}
        {priced.isForecast && <span className="office-mark">{t("pricing.forecast")}</span>}
        {priced.priceBefore !== null && priced.priceAfter !== null && (
          <span> · {t("pricing.price", { before: decimal(priced.priceBefore, 4), after: decimal(priced.priceAfter, 4) })}</span>
        )}
      </p>
      {priced.changes.length === 0 && <p className="office-told">{t("pricing.same")}</p>}
      {priced.changes.map((change) => (
        <div key={change.party.partner?.slug ?? change.party.role} className="office-table" tabIndex={0} role="group" aria-label={t("pricing.heading")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{change.party.partner ? <PartnerName partner={change.party.partner} /> : t(`console:roles.${change.party.role}`)}</th>
                <th scope="col" className="number">
                  {t("pricing.before")}
                </th>
                <th scope="col" className="number">
                  {t("pricing.after")}
                </th>
                <th scope="col" className="number">
                  {t("pricing.difference")}
                </th>
              </tr>
            </thead>
            <tbody>
              {change.byKind.map((one) => (
                <tr key={one.kind}>
                  <th scope="row">{t(`console:kinds.${one.kind}`)}</th>
                  <td className="number figures">{money(one.before)}</td>
                  <td className="number figures">{money(one.after)}</td>
                  <td />
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">{t("pricing.net")}</th>
                <td className="number figures">{money(change.netBefore)}</td>
                <td className="number figures">{money(change.netAfter)}</td>
                <td className={isNegative(change.difference.amount) ? "number figures office-short" : "number figures"}>{money(change.difference)}</td>
              </tr>
            </tfoot>
          </table>
        </div>
      ))}
    </>
  );
}
