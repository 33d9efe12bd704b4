/** Audit: the trail of what was decided, the check of a proof, the roots that cycles were sealed with. */

import { useTranslation } from "react-i18next";
import { Link, Redirect, Route, Switch, useLocation } from "wouter";

import { may, useSession } from "../../shared/session";
import "./audit/audit.css";
import { ProofCheck } from "./audit/ProofCheck";
import { Roots } from "./audit/Roots";
import { TrailTable } from "./audit/TrailTable";
import "./office.css";
import "./partners/partners.css";

type Tab = "trail" | "proof" | "roots";

export default function AuditPage() {
  const { t } = useTranslation("office");
  const [path] = useLocation();
  const session = useSession();
  const reads = may(session, "audit:read", ...(session.audience === "PARTNER" ? ["clients:manage", "people:manage"] : []));
  const settles = may(session, "settlement:read");
  const tabs: Tab[] = [...(reads ? (["trail"] as const) : []), ...(settles ? (["proof", "roots"] as const) : [])];
  const address = (tab: Tab) => (tab === "trail" ? "/audit" : `/audit/${tab}`);
  return (
    <main className="office">
      <header>
        <h1>{t("audit.heading")}</h1>
        <p className="office-told">{t("audit.told")}</p>
        <nav className="partners-tabs" aria-label={t("partners.parts")}>
          {tabs.map((tab) => (
            <Link key={tab} href={address(tab)} aria-current={path === address(tab) ? "page" : undefined}>
              {t(`audit.tabs.${tab}`)}
            </Link>
          ))}
        </nav>
      </header>
      <Switch>
        <Route path="/audit">{reads ? <TrailTable /> : <Redirect to="/audit/proof" replace />}</Route>
        <Route path="/audit/proof">
          <ProofCheck />
        </Route>
        <Route path="/audit/roots">
          <Roots />
        </Route>
      </Switch>
    </main>
  );
}
