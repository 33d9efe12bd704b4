/**
 * What waits for somebody, counted where the lists of work are counted: the overview and the work room show the same
 * numbers by this one question. `useWaiting()[list]` is null where the viewer's scopes do not open the list.
 */

import { useMemo } from "react";
import { useQuery } from "urql";

import { graphql } from "../shared/graphql";
import { may, type Session, useSession } from "../shared/session";
import { opened as openedHere } from "./work/approvals/waitingHere";

/** As many of each list as are looked at; there may be more. */
const MOST = 100;

const Waiting = graphql(`
  query Waiting($steps: Boolean!, $agreements: Boolean!, $settlement: Boolean!, $files: Boolean!, $bank: Boolean!, $most: Int!) {
    serverTime
    approvals @include(if: $steps) {
      kind
      askedAt
      dueAt
    }
    agreements @include(if: $agreements) {
      askedAt
    }
    disputes(states: [RAISED, ANSWERED, ESCALATED], first: $most) @include(if: $settlement) {
      nodes {
        raisedAt
        dueAt
      }
      pageInfo {
        hasNextPage
      }
    }
    reconciliationExceptions(filter: { states: [OPEN] }, first: $most) @include(if: $files) {
      nodes {
        file {
          endedAt
        }
      }
      pageInfo {
        hasNextPage
      }
    }
    bankWorklist(first: $most) @include(if: $bank) {
      nodes {
        bookedOn
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

export interface Waited {
  count: number;
  /** There are more than were counted. */
  more: boolean;
  /** Since when the oldest waits. */
  since: string | null;
  /** Until when the nearest is wanted. */
  due: string | null;
}

export const LISTS = ["approvals", "reconciliation", "disputes", "bank"] as const;
export type List = (typeof LISTS)[number];

export interface WaitingLists {
  state: "loading" | "ready" | "failed";
  now: string | null;
  lists: Readonly<Record<List, Waited | null>>;
  readAgain: () => void;
}

const NONE = { approvals: null, reconciliation: null, disputes: null, bank: null };

export function useWaiting(): WaitingLists {
  const session = useSession();
  const [{ data, error }, read] = useQuery({ query: Waiting, variables: opened(session), requestPolicy: "cache-and-network" });
  const lists = useMemo(() => {
    if (!data) return NONE;
    const { approvals, agreements, disputes, reconciliationExceptions: files, bankWorklist: bank } = data;
    return {
      approvals: approvals || agreements ? waited([...(approvals ?? []).map(asked), ...(agreements ?? []).map(asked)], false) : null,
      disputes: disputes ? waited(disputes.nodes.map(({ raisedAt, dueAt }) => ({ since: raisedAt, due: dueAt })), disputes.pageInfo.hasNextPage) : null,
      reconciliation: files ? waited(files.nodes.map(({ file }) => ({ since: file.endedAt, due: null })), files.pageInfo.hasNextPage) : null,
      bank: bank ? waited(bank.nodes.map(({ bookedOn }) => ({ since: bookedOn, due: null })), bank.pageInfo.hasNextPage) : null,
    };
  }, [data]);
  return {
    state: data ? "ready" : error ? "failed" : "loading",
    now: data?.serverTime ?? null,
    lists,
    readAgain: () => read({ requestPolicy: "network-only" }),
  };
}

/** Which lists the viewer's scopes open; the operator's account is the coalition's alone. */
function opened(session: Session) {
  const settlement = may(session, "settlement:read");
  return {
    ...openedHere(session),
    settlement,
    files: may(session, "reconciliation:write"),
    bank: settlement && session.audience === "COALITION",
    most: MOST,
  };
}

const asked = ({ askedAt, dueAt = null }: { askedAt: string; dueAt?: string | null }) => ({ since: askedAt, due: dueAt });

const first = (days: readonly (string | null)[]): string | null => days.filter((day) => day !== null).sort()[0] ?? null;

export function waited(ones: readonly { since: string | null; due: string | null }[], more: boolean): Waited {
  return { count: ones.length, more, since: first(ones.map((one) => one.since)), due: first(ones.map((one) => one.due)) };
}
