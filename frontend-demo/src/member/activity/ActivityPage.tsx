/** All that happened in the wallet, the newest first, and one receipt of it. */

import { useTranslation } from "react-i18next";
import { Route, Switch, useSearchParams } from "wouter";

import { useFormats } from "../../shared/formatting";
import { Empty } from "../../shared/states";
import type { Entry } from "../documents";
import { useHeld } from "../walletContext";
import "./activity.css";
import { BalanceOnDay } from "./BalanceOnDay";
import { Days } from "./Days";
import { type Filter, Filters, fits } from "./Filters";
import { ReceiptPage } from "./ReceiptPage";
import { useSeen } from "./useSeen";

export default function ActivityPage() {
  return (
    <Switch>
      <Route path="/activity/:version">{({ version }) => <ReceiptPage version={Number(version)} />}</Route>
      <Route>
        <History />
      </Route>
    </Switch>
  );
}

function History() {
  const { t } = useTranslation("member");
  const { entries } = useHeld().known.timeline;
  const [search] = useSearchParams();
  const filter = { partner: search.get("partner"), kind: search.get("kind") };
  const filtered = filter.partner !== null || filter.kind !== null;
  const shown = entries.filter((entry) => fits(entry, filter));
  return (
    <div className="activity">
      <h1>{t("activity.label")}</h1>
      {entries.length === 0 ? (
        <p className="nothing">{t("activity.nothing")}</p>
      ) : (
        <>
          <BalanceOnDay />
          <Filters entries={entries} filter={filter} />
        </>
      )}
      {filtered && shown.length === 0 && <Empty heading={t("activity.noneFits")} />}
      <Days entries={shown} level="h2" />
      <Older filter={filter} last={entries.at(-1) ?? null} />
    </div>
  );
}

/** Reads on by itself while somebody reads to the end; of a filtered list only when asked, for it may be a long way. */
function Older({ filter, last }: { filter: Filter; last: Entry | null }) {
  const { t } = useTranslation("member");
  const { day } = useFormats();
  const { known, loadOlder, older } = useHeld();
  const filtered = filter.partner !== null || filter.kind !== null;
  const end = useSeen<HTMLDivElement>(loadOlder, !filtered && older === "ready" && known.timeline.next !== null);
  if (!last) return null;
  if (known.timeline.next === null) return <p className="activity-end">{t("activity.whole")}</p>;
  return (
    <div className="older" ref={end}>
      {filtered && <p className="activity-end">{t("activity.searched", { day: day(last.occurredAt) })}</p>}
      <button type="button" className="quiet-action" onClick={loadOlder} disabled={older === "loading"}>
        {t(filtered && older === "ready" ? "activity.further" : `activity.older.${older}`)}
      </button>
    </div>
  );
}
