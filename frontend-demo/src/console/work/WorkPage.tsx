/** The work room: what waits for somebody, by lists. */

import { useTranslation } from "react-i18next";
import { Link, Route, Switch, useRoute } from "wouter";

import { Bone } from "../../shared/chrome";
import { may, useSession } from "../../shared/session";
import { Failed } from "../../shared/states";
import { type List, LISTS, useWaiting, type Waited, type WaitingLists } from "../waiting";
import { ApprovalsPage } from "./approvals/ApprovalsPage";
import { BankPage } from "./bank/BankPage";
import { DisputePage } from "./disputes/DisputePage";
import { DisputesPage } from "./disputes/DisputesPage";
import { Age, Due } from "./parts";
import { FilePage } from "./reconciliation/FilePage";
import { FilesPage } from "./reconciliation/FilesPage";
import { WorklistPage } from "./reconciliation/WorklistPage";
import "./work.css";

export default function WorkPage() {
  const waiting = useWaiting();
  return (
    <main className="work" id="work">
      <Lists waiting={waiting} />
      <Switch>
        <Route path="/tasks">{() => <Overview waiting={waiting} />}</Route>
        <Route path="/tasks/approvals/:subject?">
          {({ subject }) => <ApprovalsPage subject={subject ?? null} onDone={waiting.readAgain} />}
        </Route>
        <Route path="/tasks/reconciliation/files/:file">{({ file }) => <FilePage file={file} />}</Route>
        <Route path="/tasks/reconciliation/files">{() => <FilesPage />}</Route>
        <Route path="/tasks/reconciliation">{() => <WorklistPage onDone={waiting.readAgain} />}</Route>
        <Route path="/tasks/disputes/:dispute">{({ dispute }) => <DisputePage dispute={dispute} onDone={waiting.readAgain} />}</Route>
        <Route path="/tasks/disputes">{() => <DisputesPage />}</Route>
        <Route path="/tasks/bank/:part?/:entry?">
          {({ part, entry }) => <BankPage part={part ?? null} entry={entry ?? null} onDone={waiting.readAgain} />}
        </Route>
      </Switch>
    </main>
  );
}

/**
 * The bank's page is there for partners too: what they pay; only the worklist is the coalition's. Approvals are
 * everybody's, and stand there before they are counted.
 */
function useShown({ lists }: WaitingLists): readonly List[] {
  const session = useSession();
  const paying = may(session, "settlement:read");
  return LISTS.filter((list) => lists[list] !== null || list === "approvals" || (list === "bank" && paying));
}

function Lists({ waiting }: { waiting: WaitingLists }) {
  const { t } = useTranslation("work");
  const shown = useShown(waiting);
  return (
    <nav className="work-lists" aria-label={t("lists.label")}>
      {shown.map((list) => (
        <ListLink key={list} list={list} waited={waiting.lists[list]} />
      ))}
    </nav>
  );
}

function ListLink({ list, waited }: { list: List; waited: Waited | null }) {
  const { t } = useTranslation("work");
  const [here] = useRoute(`/tasks/${list}/*?`);
  return (
    <Link href={`/tasks/${list}`} aria-current={here ? "page" : undefined}>
      {t(`lists.${list}`)}
      <span className={waited && waited.count > 0 ? "work-count figures" : "work-count none"}>{waited && counted(waited)}</span>
    </Link>
  );
}

const counted = ({ count, more }: Waited) => (more ? `${count}+` : `${count}`);

function Overview({ waiting }: { waiting: WaitingLists }) {
  const { t } = useTranslation("work");
  const shown = useShown(waiting);
  if (waiting.state === "failed") return <Failed again={waiting.readAgain} />;
  return (
    <>
      <h1>{t("overview.heading")}</h1>
      <ul className="work-cards">
        {(waiting.state === "loading" ? LISTS : shown).map((list) => (
          <li key={list}>
            <Card list={list} waiting={waiting} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Card({ list, waiting: { lists, state, now } }: { list: List; waiting: WaitingLists }) {
  const { t } = useTranslation("work");
  const waited = lists[list];
  return (
    <Link href={`/tasks/${list}`} className="work-card">
      <h2>{t(`lists.${list}`)}</h2>
      <p className="work-card-count figures">{state === "loading" ? <Bone width="3rem" /> : waited ? counted(waited) : ""}</p>
      <p className="work-card-what">{waited || state === "loading" ? t(`overview.${list}`, { count: waited?.count ?? 0 }) : t("overview.payments")}</p>
      <p className="work-card-when">
        {waited?.since && now && <Age since={waited.since} now={now} />}
        {waited?.due && now && <Due at={waited.due} now={now} />}
        {waited?.count === 0 && t("overview.nothing")}
      </p>
    </Link>
  );
}
