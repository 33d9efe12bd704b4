/** The partners: who they are, what they agreed to, who and what acts for them. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, Redirect, Route, Switch } from "wouter";

import { Notice } from "../../shared/chrome";
import { useFormats } from "../../shared/formatting";
import { PartnerName } from "../../shared/partner";
import { may, useSession } from "../../shared/session";
import { Failed, WaitingSheet } from "../../shared/states";
import "./office.css";
import { AdmitPage } from "./partners/AdmitPage";
import { FirmContracts, Firms, type Known } from "./partners/documents";
import { FirmPage, HousePage } from "./partners/FirmPage";
import "./partners/partners.css";
import { firmAt, HOUSE, OF_CONTRACTS } from "./partners/places";
import { standingOf } from "./partners/terms";

export default function PartnersPage() {
  const { t } = useTranslation("office");
  const [{ data, error }, again] = useQuery({ query: Firms });
  if (error && !data) return <Failed again={() => again({ requestPolicy: "network-only" })} />;
  if (!data) return <WaitingSheet />;
  const readAgain = () => again({ requestPolicy: "network-only" });
  const own = data.viewer.partner?.slug ?? null;
  return (
    <Switch>
      <Route path="/partners">{own ? <Redirect to={firmAt(own)} replace /> : <List known={data} />}</Route>
      <Route path="/partners/admit">
        <AdmitPage known={data} onAdmitted={readAgain} />
      </Route>
      {!own && (
        <Route path={`/partners/${HOUSE}/*?`}>
          <HousePage />
        </Route>
      )}
      <Route path="/partners/:slug/*?">
        {({ slug }) => {
          const firm = data.partners.nodes.find((one) => one.slug === slug);
          return firm && (!own || own === slug) ? (
            <FirmPage firm={firm} known={data} own={own === slug} again={readAgain} />
          ) : (
            <Notice heading={t("partners.missing")}>
              <p>{t("partners.missingText")}</p>
            </Notice>
          );
        }}
      </Route>
    </Switch>
  );
}

function List({ known }: { known: Known }) {
  const { t } = useTranslation("office");
  const { day } = useFormats();
  const session = useSession();
  const [{ data }] = useQuery({ query: FirmContracts, context: OF_CONTRACTS });
  const contracts = new Map(data?.partners.nodes.map((one) => [one.id, one.contracts]));
  const inForce = (id: string) => {
    const all = contracts.get(id) ?? [];
    const version = all.find((one) => standingOf(one, all, known.serverTime) === "inForce");
    const draft = all.some((one) => standingOf(one, all, known.serverTime) === "draft");
    return { version, draft };
  };
  return (
    <main className="office">
      <header className="office-head">
        <div>
          <h1>{t("partners.heading")}</h1>
          <p className="office-told">{t("partners.told", { count: known.partners.nodes.length })}</p>
        </div>
        <div className="office-tools">
          {may(session, "people:manage", "clients:manage") && (
            <Link href={firmAt(HOUSE)} className="quiet-action office-link">
              {t("partners.house")}
            </Link>
          )}
          {may(session, "partners:manage") && (
            <Link href="/partners/admit" className="action office-link">
              {t("partners.admit")}
            </Link>
          )}
        </div>
      </header>
      <div className="office-table partners-list" tabIndex={0} role="group" aria-label={t("partners.heading")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("partners.name")}</th>
              <th scope="col">{t("partners.roles")}</th>
              <th scope="col">{t("partners.state")}</th>
              <th scope="col">{t("partners.contract")}</th>
              <th scope="col">{t("partners.since")}</th>
            </tr>
          </thead>
          <tbody>
            {known.partners.nodes.map((firm) => {
              const { version, draft } = inForce(firm.id);
              return (
                <tr key={firm.id}>
                  <th scope="row">
                    <Link href={firmAt(firm.slug)}>
                      <PartnerName partner={firm} />
                    </Link>
                  </th>
                  <td>{firm.roles.map((role) => t(`partners.role.${role}`)).join(", ")}</td>
                  <td className={firm.status === "ACTIVE" ? undefined : "partners-attention"}>{t(`partners.status.${firm.status}`)}</td>
                  <td>
                    {version ? t("contracts.versionSince", { version: version.version, day: day(version.validFrom) }) : t("partners.noContract")}
                    {draft && (
                      <Link href={firmAt(firm.slug, "contracts")} className="office-mark">
                        {t("contracts.standing.draft")}
                      </Link>
                    )}
                  </td>
                  <td>{day(firm.joinedAt)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </main>
  );
}
