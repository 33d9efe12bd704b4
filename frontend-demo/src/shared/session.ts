/** Who is signed in to this browser, as the server says; the session itself lies in a cookie no script can read. */

import { createContext, useContext } from "react";

export type Audience = "MEMBER" | "PARTNER" | "COALITION" | "NOBODY";

export interface Session {
  audience: Audience;
  name: string | null;
  scopes: string[];
  /** Shows that a request comes from a page of ours; of no use without the cookie. */
  pageToken: string;
}

export const NOBODY: Session = { audience: "NOBODY", name: null, scopes: [], pageToken: "" };

export const SessionContext = createContext<Session>(NOBODY);

export const useSession = (): Session => useContext(SessionContext);

/** Whether the session may do what needs one of these scopes. */
export const may = (session: Session, ...scopes: readonly string[]): boolean =>
  scopes.some((scope) => session.scopes.includes(scope));

export const pageTokenHeader = (session: Session): Record<string, string> => ({ "X-CSRF-Token": session.pageToken });

interface Told {
  audience: Audience;
  name?: string | null;
  scopes?: string[];
  csrfToken?: string;
}

/** Asks the server, where the page has a session of its own for that seat; throws when it cannot be reached. */
export async function currentSession(seat?: string): Promise<Session> {
  const asked = seat ? `/bff/session?${new URLSearchParams({ seat }).toString()}` : "/bff/session";
  const answer = await fetch(asked, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The session could not be read: ${answer.status}`);
  const told = (await answer.json()) as Told;
  return {
    audience: told.audience,
    name: told.name ?? null,
    scopes: told.scopes ?? [],
    pageToken: told.csrfToken ?? "",
  };
}

const listeners = new Set<() => void>();

/** Calls when the server knows the session no more; what it returns stops that. */
export function whenLost(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function lost(): void {
  for (const listener of listeners) listener();
}

const farewells = new Set<() => Promise<void>>();

/** What has to be taken away from this browser when the session ends. */
export function atEnd(takeAway: () => Promise<void>): void {
  farewells.add(takeAway);
}

export async function end(): Promise<void> {
  await Promise.allSettled([...farewells].map((takeAway) => takeAway()));
}

export async function signOut(session: Session): Promise<void> {
  await fetch("/bff/sign-out", { method: "POST", credentials: "same-origin", headers: pageTokenHeader(session) });
  await end();
}
