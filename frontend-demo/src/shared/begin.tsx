/** Begins a page: who is signed in, in which language, with which client. */

import { StrictMode, useCallback, useEffect, useState, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { I18nextProvider, useTranslation } from "react-i18next";
import { type Client, type DocumentInput, Provider } from "urql";
import { Router } from "wouter";

import { clientOf } from "./api";
import "./base.css";
import { Notice } from "./chrome";
import { speak, type Words } from "./i18n";
import { currentSession, end, NOBODY, SessionContext, whenLost, type Audience, type Session } from "./session";

interface Page {
  /** Its address, below which every address is its own. */
  at: string;
  /** The session is not the browser's but that of this seat: tills stand beside each other and beside a member. */
  seat?: string;
  /** Who may look at it. */
  for: readonly Audience[];
  words: Record<string, Words>;
  /** What its first room reads: asked for as soon as the session is known, while the page is still being put together. */
  first?: DocumentInput<unknown, Record<string, never>>;
  shown: ReactNode;
  /** What stands there until the session is known, so that nothing jumps. */
  waiting: ReactNode;
  /** What stands there for nobody, in place of a plain word that they are not signed in. */
  signedOut?: ReactNode;
  /** What can be shown while the server cannot be reached; it is told when to look again. */
  offline?: (again: () => void) => ReactNode;
}

export async function begin(page: Page): Promise<void> {
  const root = document.getElementById("root");
  if (!root) throw new Error("The page has no root.");
  const opening = open(page);
  opening.catch(() => undefined);
  const words = await speak(page.words);
  createRoot(root).render(
    <StrictMode>
      <I18nextProvider i18n={words}>
        <Router base={page.at}>
          <SignedIn page={page} opening={opening} />
        </Router>
      </I18nextProvider>
    </StrictMode>,
  );
}

interface Opened {
  session: Session;
  client: Client;
}

async function open(page: Page): Promise<Opened> {
  const session = await currentSession(page.seat);
  const client = clientOf(session);
  if (page.first && page.for.includes(session.audience)) void client.query(page.first, {}).toPromise();
  return { session, client };
}

function SignedIn({ page, opening }: { page: Page; opening: Promise<Opened> }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [failed, setFailed] = useState(false);
  const take = useCallback((opening: Promise<Opened>) => {
    const found = (opened: Opened) => {
      setFailed(false);
      setOpened(opened);
    };
    opening.then(found, () => setFailed(true));
  }, []);
  const again = useCallback(() => {
    if (!page.offline) setFailed(false);
    take(open(page));
  }, [page, take]);
  useEffect(() => take(opening), [opening, take]);
  useEffect(() => whenLost(() => setOpened((before) => before && { ...before, session: NOBODY })), []);
  const over = opened !== null && !page.for.includes(opened.session.audience);
  useEffect(() => {
    if (over) void end();
  }, [over]);
  if (failed) return page.offline?.(again) ?? <Unreachable again={again} />;
  if (!opened) return page.waiting;
  const { session, client } = opened;
  if (session.audience === "NOBODY") return page.signedOut ?? <SignedOut />;
  if (over) return <Elsewhere session={session} />;
  return (
    <SessionContext value={session}>
      <Provider value={client}>{page.shown}</Provider>
    </SessionContext>
  );
}

export function Unreachable({ again }: { again: () => void }) {
  const { t } = useTranslation();
  return (
    <Notice urgent heading={t("unreachable.heading")} action={{ label: t("retry"), act: again }}>
      <p>{t("unreachable.text")}</p>
    </Notice>
  );
}

/** The server's own page signs in, and sends back to this one. */
export const signIn = () => {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/sign-in?${new URLSearchParams({ landing: here }).toString()}`);
};

function SignedOut() {
  const { t } = useTranslation();
  return (
    <Notice heading={t("signedOut.heading")} action={{ label: t("signedOut.signIn"), act: signIn }}>
      <p>{t("signedOut.text")}</p>
    </Notice>
  );
}

/** Somebody of another audience: this page has nothing for them, another one has. */
function Elsewhere({ session }: { session: Session }) {
  const { t } = useTranslation();
  const member = session.audience === "MEMBER";
  return (
    <Notice heading={t("elsewhere.heading")}>
      <p>
        <a href={member ? "/app/" : "/console/"}>{t(member ? "elsewhere.toWallet" : "elsewhere.toConsole")}</a>
      </p>
    </Notice>
  );
}
