/** The way to the inbox, with a dot while something in it has not been read. */

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSubscription } from "urql";
import { Link } from "wouter";

import { MyUnread } from "./documents";

export function Messages() {
  const { t } = useTranslation("member");
  const [{ data }] = useSubscription({ query: MyUnread, pause: !useSeen() });
  const unread = data?.myMessagesUnreadChanged ?? 0;
  const label = unread ? t("messages.unread", { count: unread }) : t("messages.label");
  return (
    <Link href="/me/messages" className="tool messages" aria-label={label} title={label}>
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
        <path d="M4 6.500h16v11H4zM4.500 7l7.500 6 7.500-6" />
      </svg>
      {unread > 0 && <span className="messages-dot" aria-hidden="true" />}
    </Link>
  );
}

/** A window nobody looks at keeps no line open for a dot. */
function useSeen(): boolean {
  const [seen, setSeen] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setSeen(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return seen;
}
