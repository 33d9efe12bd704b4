/**
 * Doing something: a mutation with what it was refused for, done once at most.
 *
 * A key is made for each thing somebody means to do and kept until there is an answer: pressing again after a lost line
 * asks for the same thing again, so that nothing is done twice.
 */

import { useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type AnyVariables, type TypedDocumentNode, useClient } from "urql";

import "./acts.css";

export interface Refusal {
  code: string;
  message: string;
  path?: readonly string[];
}

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
      setBusy(false);
      const found = data ? refused(data) : faults(error?.graphQLErrors);
      setRefusals(found);
      // Without an answer it may have been done: the same key asks for the same thing.
      if (found[0]?.code !== UNREACHABLE) key.current = null;
      return data && found.length === 0 ? data : null;
    },
    [client, document],
  );
  return { run, busy, refusals, forget: useCallback(() => setRefusals([]), []) };
}

const UNREACHABLE = "UNREACHABLE";

function faults(errors: readonly { message: string; extensions?: Record<string, unknown> }[] | undefined): Refusal[] {
  if (!errors?.length) return [{ code: UNREACHABLE, message: "" }];
  return errors.map(({ message, extensions }) => ({ code: String(extensions?.code ?? "FAULT"), message }));
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
      {old && <a href={freshSignIn()}>{t("refused.signInAgain")}</a>}
    </div>
  );
}

/** The server's page that proves once more who is there, and comes back here. */
function freshSignIn(): string {
  const here = window.location.pathname + window.location.search;
  return `/sign-in?${new URLSearchParams({ fresh: "1", landing: here }).toString()}`;
}
