/** The inbox: what somebody was told, the newest first; what they should know of first of all stands above it. */

import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSubscription } from "urql";
import { Link } from "wouter";

import { Refusals, useAct } from "../../../shared/acts";
import { Empty, Failed } from "../../../shared/states";
import { usePages } from "../../../shared/usePages";
import { MyUnread } from "../../documents";
import { Section } from "../Section";
import { WaitingRows } from "../WaitingRows";
import { Inbox, MarkAllRead } from "./documents";
import { Letter } from "./Letter";
import { Leaving } from "./Leaving";

export function MessagesPage() {
  const { t } = useTranslation(["me", "common"]);
  const [{ data }] = useSubscription({ query: MyUnread });
  const unread = data?.myMessagesUnreadChanged ?? null;
  const [only, setOnly] = useState(false);
  return (
    <Section title={t("messages.title")} back={{ to: "/me", label: t("overview.heading") }}>
      <Leaving />
      <div className="me-tools">
        <label className="me-switch">
          <input type="checkbox" checked={only} onChange={() => setOnly(!only)} />
          {t("messages.onlyUnread")}
        </label>
        <Link href="/me/messages/preferences">{t("messages.preferences.title")}</Link>
      </div>
      <Letters only={only} unread={unread} />
    </Section>
  );
}

function Letters({ only, unread }: { only: boolean; unread: number | null }) {
  const { t, i18n } = useTranslation(["me", "common"]);
  const inbox = usePages(
    Inbox,
    (after) => ({ unread: only, language: i18n.language, after }),
    ({ myMessages }) => myMessages,
    `${only} ${i18n.language}`,
    "network-only",
  );
  useArrivals(unread, inbox.again);
  const all = useAct(MarkAllRead, ({ messagesMarkAllRead }) => messagesMarkAllRead.userErrors);
  const markAll = async () => {
    if (await all.run(() => ({ writtenBy: inbox.rows[0]?.writtenAt ?? null }))) inbox.again();
  };
  if (inbox.state === "failed" && inbox.rows.length === 0) return <Failed again={inbox.more} />;
  if (inbox.state === "loading" && inbox.rows.length === 0) return <WaitingRows />;
  if (inbox.rows.length === 0) {
    return <Empty heading={t(only ? "messages.noneUnread" : "messages.none")}>{!only && <p>{t("messages.noneYet")}</p>}</Empty>;
  }
  return (
    <>
      <ul className="me-letters">
        {inbox.rows.map((message) => (
          <Letter key={`${message.id} ${message.readAt}`} message={message} />
        ))}
      </ul>
      <Refusals of={all.refusals} />
      <p className="me-after">
        {!inbox.whole && (
          <button type="button" className="quiet-action" onClick={inbox.more} disabled={inbox.state === "loading"}>
            {t("common:more")}
          </button>
        )}
        {unread !== null && unread > 0 && (
          <button type="button" className="quiet-action" onClick={() => void markAll()} disabled={all.busy}>
            {t("messages.markAll")}
          </button>
        )}
      </p>
    </>
  );
}

/** Calls whenever there is more to be read than a moment ago: then something has arrived. */
function useArrivals(unread: number | null, act: () => void): void {
  const before = useRef(unread);
  useEffect(() => {
    if (unread !== null && before.current !== null && unread > before.current) act();
    before.current = unread;
  }, [unread, act]);
}
