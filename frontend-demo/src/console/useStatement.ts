/** A partner's statement with all its lines; a statement is never partial, so its pages are read to the end. */

import { useCallback, useEffect, useState } from "react";
import { type Client, useClient } from "urql";

import { type Line, type Statement, StatementOf } from "./documents";

export type Found =
  | { state: "loading" | "failed" | "none" }
  | { state: "ready"; statement: Statement; lines: readonly Line[] };

export function useStatement(cycle: string | null, partner: string | null): Found & { readAgain: () => void } {
  const client = useClient();
  const [found, setFound] = useState<Found>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let still = true;
    setFound({ state: "loading" });
    if (cycle !== null) {
      void whole(client, cycle, partner).then((read) => still && setFound(read));
    }
    return () => {
      still = false;
    };
  }, [client, cycle, partner, attempt]);
  return { ...found, readAgain: useCallback(() => setAttempt((before) => before + 1), []) };
}

/** Reads a statement to its last line. */
export async function whole(client: Client, cycle: string, partner: string | null): Promise<Found> {
  const lines: Line[] = [];
  let after: string | null = null;
  for (;;) {
    const { data, error } = await client.query(StatementOf, { cycle, partner, after }).toPromise();
    if (error || !data) return { state: "failed" };
    if (!data.statement) return { state: "none" };
    const { lines: page, ...statement }: NonNullable<(typeof data)["statement"]> = data.statement;
    lines.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return { state: "ready", statement, lines };
    after = page.pageInfo.endCursor;
  }
}
