/** A list that comes in pages and is kept from its beginning to where it has been read. */

import { useCallback, useEffect, useRef, useState } from "react";
import { type AnyVariables, type RequestPolicy, type TypedDocumentNode, useClient } from "urql";

/** A page of a list, as every connection has it. */
export type PageOf<T> = { nodes: readonly T[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };

export interface Pages<T> {
  rows: readonly T[];
  state: "loading" | "ready" | "failed";
  /** Nothing is left to be read. */
  whole: boolean;
  more: () => void;
  /** Reads the first page anew; what is there stays until it comes. */
  again: () => void;
}

interface Known<T> {
  rows: readonly T[];
  after: string | null;
  state: Pages<T>["state"];
  whole: boolean;
}

const NOTHING = { rows: [], after: null, state: "loading", whole: false } as const;

/**
 * Reads the first page by itself; `pick` finds the page in an answer, or null when there is none. What may have changed
 * since it was read last is asked of the server again, by `network-only`.
 */
export function usePages<T, D, V extends AnyVariables>(
  query: TypedDocumentNode<D, V>,
  variables: (after: string | null) => V,
  pick: (data: D) => PageOf<T> | null,
  key: string,
  requestPolicy: RequestPolicy = "cache-first",
): Pages<T> {
  const client = useClient();
  const [known, setKnown] = useState<Known<T>>(NOTHING);
  const latest = useRef(0);
  const read = useCallback(
    async (after: string | null, anew = false) => {
      // What begins anew makes all that is still under way out of date.
      const own = after === null ? ++latest.current : latest.current;
      setKnown((before) => (after === null && !anew ? NOTHING : { ...before, state: "loading" }));
      const policy = anew ? "network-only" : requestPolicy;
      const { data } = await client.query(query, variables(after), { requestPolicy: policy }).toPromise();
      const page = data ? pick(data) : null;
      if (own !== latest.current) return;
      if (!page) return setKnown((before) => ({ ...before, state: "failed" }));
      setKnown((before) => ({
        rows: after === null ? page.nodes : [...before.rows, ...page.nodes],
        after: page.pageInfo.endCursor,
        state: "ready",
        whole: !page.pageInfo.hasNextPage,
      }));
    },
    // The key says all that the functions depend on.
    [client, query, key, requestPolicy],
  );
  useEffect(() => {
    void read(null);
    return () => {
      latest.current += 1;
    };
  }, [read]);
  const more = useCallback(() => void read(known.after), [read, known.after]);
  const again = useCallback(() => void read(null, true), [read]);
  return { ...known, more, again };
}
