/**
 * Doing something: a mutation with what it was refused for, done once at most.
 *
 * A key is made for each thing somebody means to do and kept until there is an answer: pressing again after a lost line
 * asks for the same thing again, so that nothing is done twice.
 */

import { useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type AnyVariables, type CombinedError, type TypedDocumentNode, useClient } from "urql";

import "./acts.css";
import { faultsOf, inWords, type Refusal } from "./refusals";

export type { Refusal };

export interface Act<D, V> {
  /** Does it; the answer, or null where it was refused or could not be reached. */
  run: (variables: (key: string) => V) => Promise<D | null>;
  busy: boolean;
  refusals: readonly Refusal[];
  forget: () => void;
}

/** `refused` finds the refusals in an answer. */
export function useAct<D, V extends AnyVariables>(
  document: TypedDocumentNode<D, V>,
  refused: (data: D) => readonly Refusal[],
): Act<D, V> {
  const client = useClient();
  const key = useRef<string>(null);
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const run = useCallback(
    async (variables: (key: string) => V) => {
      key.current ??= crypto.randomUUID();
      setBusy(true);
      setRefusals([]);
      const { data, error } = await client.mutation(document, variables(key.current)).toPromise();
      const found = data ? refused(data) : faults(error);
      setRefusals(await inWords(found));
      // Without an answer it may have been done: the same key asks for the same thing.
      if (found[0]?.code !== UNREACHABLE) key.current = null;
      setBusy(false);
      return data && found.length === 0 ? data : null;
    },
    [client, document],
  );
  return { run, busy, refusals, forget: useCallback(() => setRefusals([]), []) };
}

const UNREACHABLE = "UNREACHABLE";

function faults(error: CombinedError | undefined): Refusal[] {
  const told = faultsOf(error);
  return told.length > 0 ? told : [{ code: UNREACHABLE, message: "" }];
}

/** What something was refused for, and what to do about it. */
export function Refusals({ of }: { of: readonly Refusal[] }) {
  const { t } = useTranslation("common");
  if (of.length === 0) return null;
  const old = of.some(({ code }) => code === "SIGN_IN_TOO_OLD");
  return (
    <div className="refusals" role="alert">
      <p className="refusals-heading">{t("refused.heading")}</p>
      {of.map(({ code, message }) => (
        <p key={code + message}>{code === UNREACHABLE ? t("refused.unreachable") : code === "SIGN_IN_TOO_OLD" ? t("refused.fresh") : message}</p>
      ))}
      <OwnWords of={of} />
      {old && <a href={freshSignIn()}>{t("refused.signInAgain")}</a>}
    </div>
  );
}

/** The server names figures that our words do not. */
function OwnWords({ of }: { of: readonly Refusal[] }) {
  const { t } = useTranslation("common");
  const own = of.flatMap((one) => one.own ?? []);
  if (own.length === 0) return null;
  return (
    <details>
      <summary>{t("refused.own")}</summary>
      {own.map((words) => (
        <p key={words} lang="en">
          {words}
        </p>
      ))}
    </details>
  );
}

/** The server's page that proves once more who is there, and comes back here. */
function freshSignIn(): string {
  const here = window.location.pathname + window.location.search;
  return `/sign-in?${new URLSearchParams({ fresh: "1", landing: here }).toString()}`;
}
