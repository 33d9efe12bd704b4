/** What waits for the reader: how much of each, since when, and until when it is wanted. */

import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { Bone } from "../../shared/chrome";
import { useFormats } from "../../shared/formatting";
import { type List, LISTS, useWaiting, type Waited } from "../waiting";

const PLACES: Record<List, string> = {
  approvals: "/tasks/approvals",
  reconciliation: "/tasks/reconciliation",
  disputes: "/tasks/disputes",
  bank: "/tasks/bank",
};

export interface Own {
  href: string;
  due: string;
}

/** `statement` is the reader's own, where it waits for an answer. */
export function WaitingList({ statement = null }: { statement?: Own | null }) {
  const { t } = useTranslation(["cycles", "common"]);
  const { state, now, lists, readAgain } = useWaiting();
  const waiting = LISTS.filter((list) => lists[list]?.count);
  return (
    <aside className="waits" aria-labelledby="waits-label">
      <h2 id="waits-label">{t("cycles:waiting.heading")}</h2>
      {state === "failed" && (
        <p role="alert">
          {t("cycles:waiting.failed")}{" "}
          <button type="button" className="quiet-action" onClick={readAgain}>
            {t("common:retry")}
          </button>
        </p>
      )}
      {state === "loading" && <Bone width="100%" height="10rem" />}
      {state === "ready" && (
        <ul>
          {statement && (
            <Item href={statement.href} name="statement" waited={{ count: 1, more: false, since: null, due: statement.due }} now={now} />
          )}
          {waiting.map((list) => (
            <Item key={list} href={PLACES[list]} name={list} waited={lists[list] as Waited} now={now} />
          ))}
        </ul>
      )}
      {state === "ready" && waiting.length === 0 && !statement && (
        <div className="waits-nothing">
          <p>{t("cycles:waiting.nothing")}</p>
          <p>{t("cycles:waiting.nothingText")}</p>
        </div>
      )}
    </aside>
  );
}

interface ItemProps {
  href: string;
  name: List | "statement";
  waited: Waited;
  now: string | null;
}

function Item({ href, name, waited, now }: ItemProps) {
  const { t } = useTranslation("cycles");
  const { day, points } = useFormats();
  const late = waited.due !== null && now !== null && waited.due < now;
  return (
    <li>
      <Link href={href} className={late ? "wait late" : "wait"}>
        <span className="wait-count figures">
          {waited.more ? t("waiting.atLeast", { count: waited.count }) : points(String(waited.count))}
        </span>
        <span className="wait-name">{t(`waiting.lists.${name}`)}</span>
        <span className="wait-when">
          {waited.due !== null && t(late ? "waiting.late" : "waiting.due", { day: day(waited.due) })}
          {waited.due === null && waited.since !== null && t("waiting.since", { day: day(waited.since) })}
        </span>
      </Link>
    </li>
  );
}
