/** The room of campaigns: the list, the calendar, one campaign, the editor, and the segments they are for. */

import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, Route, Switch, useRoute } from "wouter";

import { Notice } from "../../shared/chrome";
import { may, useSession } from "../../shared/session";
import { Failed, WaitingSheet } from "../../shared/states";
import { CalendarPage } from "./CalendarPage";
import { CampaignList } from "./CampaignList";
import { CampaignPage } from "./CampaignPage";
import "./campaigns.css";
import { CampaignsHouse } from "./documents";
import { EditorPage } from "./editor/EditorPage";
import { HouseContext } from "./house";
import { SegmentsPage } from "./SegmentsPage";

export default function CampaignsPage() {
  const [{ data, error }, again] = useQuery({ query: CampaignsHouse });
  if (!data) return error ? <Failed again={() => again({ requestPolicy: "network-only" })} /> : <WaitingSheet />;
  return (
    <HouseContext value={data}>
      <Suspense fallback={<WaitingSheet />}>
        <Switch>
          <Route path="/campaigns/new">
            <EditorPage />
          </Route>
          <Route path="/campaigns/:id/edit">{({ id }) => <EditorPage key={id} id={id} />}</Route>
          <Route path="/campaigns">
            <Among page={<CampaignList />} />
          </Route>
          <Route path="/campaigns/calendar">
            <Among page={<CalendarPage />} />
          </Route>
          <Route path="/campaigns/segments">
            <Among page={<SegmentsPage />} />
          </Route>
          <Route path="/campaigns/:id">{({ id }) => <CampaignPage key={id} id={id} />}</Route>
          <Route>
            <Nowhere />
          </Route>
        </Switch>
      </Suspense>
    </HouseContext>
  );
}

function Nowhere() {
  const { t } = useTranslation("console");
  return (
    <Notice heading={t("nowhere.heading")}>
      <p>{t("nowhere.text")}</p>
    </Notice>
  );
}

const PAGES = [
  ["list", "/campaigns"],
  ["calendar", "/campaigns/calendar"],
  ["segments", "/campaigns/segments"],
] as const;

function Among({ page }: { page: React.ReactNode }) {
  const { t } = useTranslation("campaigns");
  const session = useSession();
  return (
    <main className="campaigns">
      <div className="campaigns-head">
        <h1>{t("heading")}</h1>
        <nav className="campaigns-pages" aria-label={t("heading")}>
          {PAGES.map(([name, at]) => (
            <PageLink key={name} at={at} label={t(`pages.${name}`)} />
          ))}
        </nav>
        {may(session, "campaigns:write") && (
          <Link href="/campaigns/new" className="action">
            {t("new")}
          </Link>
        )}
      </div>
      {page}
    </main>
  );
}

function PageLink({ at, label }: { at: string; label: string }) {
  const [here] = useRoute(at);
  return (
    <Link href={at} aria-current={here ? "page" : undefined}>
      {label}
    </Link>
  );
}
