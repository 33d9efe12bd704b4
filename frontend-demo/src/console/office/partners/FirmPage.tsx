/** One partner, and the coalition's own house: tabs with an address each. */

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, Route, Switch, useLocation } from "wouter";

import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { may, useSession } from "../../../shared/session";
import { ApiClients } from "./ApiClients";
import { CompanyCard } from "./CompanyCard";
import { ContractPage } from "./ContractPage";
import { ContractForm } from "./ContractForm";
import type { Firm, Known } from "./documents";
import { Leaving } from "./Leaving";
import { Outlets } from "./Outlets";
import { People } from "./People";
import { firmAt, HOUSE } from "./places";
import { Starting } from "./Starting";

type Tab = "overview" | "contracts" | "people" | "clients";

/** People and programs of a house: to look after, never shown to whoever may not. */
function useTabs(): Tab[] {
  const session = useSession();
  const tabs: Tab[] = [];
  if (may(session, "people:manage")) tabs.push("people");
  if (may(session, "clients:manage")) tabs.push("clients");
  return tabs;
}

interface TabsProps {
  slug: string;
  heading: ReactNode;
  told: ReactNode;
  tabs: readonly Tab[];
  children: ReactNode;
}

function Tabbed({ slug, heading, told, tabs, children }: TabsProps) {
  const { t } = useTranslation("office");
  const [path] = useLocation();
  const address = (tab: Tab) => firmAt(slug, tab === "overview" ? "" : tab);
  const here = (tab: Tab) => (tab === "overview" ? path === address(tab) : path.startsWith(address(tab)));
  return (
    <main className="office partners-firm">
      <header>
        <nav aria-label={t("partners.path")} className="path">
          <Link href="/partners">{t("partners.heading")}</Link>
        </nav>
        <h1>{heading}</h1>
        <p className="office-told">{told}</p>
        <nav className="partners-tabs" aria-label={t("partners.parts")}>
          {tabs.map((tab) => (
            <Link key={tab} href={address(tab)} aria-current={here(tab) ? "page" : undefined}>
              {t(`partners.tabs.${tab}`)}
            </Link>
          ))}
        </nav>
      </header>
      {children}
    </main>
  );
}

interface Props {
  firm: Firm;
  known: Known;
  own: boolean;
  again: () => void;
}

export function FirmPage({ firm, known, own, again }: Props) {
  const { t } = useTranslation("office");
  const { day } = useFormats();
  const session = useSession();
  const more = useTabs();
  const settles = may(session, "settlement:read", "partners:manage");
  const roles = firm.roles.map((role) => t(`partners.role.${role}`)).join(", ");
  return (
    <Tabbed
      slug={firm.slug}
      heading={<PartnerName partner={firm} />}
      told={`${roles} · ${t(`partners.status.${firm.status}`)} · ${t("partners.sinceDay", { day: day(firm.joinedAt) })}`}
      tabs={["overview", ...(settles ? (["contracts"] as const) : []), ...more]}
    >
      <Switch>
        <Route path="/partners/:slug/contracts">
          <ContractPage firm={firm} known={known} />
        </Route>
        <Route path="/partners/:slug/contracts/draft">
          <ContractForm firm={firm} known={known} />
        </Route>
        <Route path="/partners/:slug/people">
          <People partner={own ? null : firm.id} house="partner" />
        </Route>
        <Route path="/partners/:slug/clients">
          <ApiClients partner={own ? null : firm.id} own={own} />
        </Route>
        <Route path="/partners/:slug">
          {firm.status === "ADMITTED" && !own && <Starting firm={firm} again={again} />}
          <div className="office-pair">
            {settles && <CompanyCard partner={own ? null : firm.id} />}
            <Outlets firm={firm} timeZone={known.coalition.timeZone} />
          </div>
          <Leaving firm={firm} known={known} own={own} again={again} />
        </Route>
      </Switch>
    </Tabbed>
  );
}

export function HousePage() {
  const { t } = useTranslation("office");
  const more = useTabs();
  return (
    <Tabbed slug={HOUSE} heading={t("partners.house")} told={t("partners.houseTold")} tabs={["overview", ...more]}>
      <Switch>
        <Route path={`/partners/${HOUSE}/people`}>
          <People partner={null} house="coalition" />
        </Route>
        <Route path={`/partners/${HOUSE}/clients`}>
          <ApiClients partner={null} own={false} />
        </Route>
        <Route path={`/partners/${HOUSE}`}>
          <CompanyCard partner={null} />
        </Route>
      </Switch>
    </Tabbed>
  );
}
