/** The member's wallet: read once, followed from then on, and read again by whoever comes back after a while. */

import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { useClient, useQuery, useSubscription } from "urql";

import { MyWallet, MyWalletChanged, OlderActivity, type Wallet } from "./documents";
import { withNewest, withOlder, type Timeline } from "./timeline";

const AWAY_MS = 60_000;

interface Known {
  wallet: Wallet;
  timeline: Timeline;
}

type Event = { wallet: Wallet } | { older: Wallet["activity"] };

function known(before: Known | null, event: Event): Known | null {
  if ("older" in event) return before && { ...before, timeline: withOlder(before.timeline, event.older) };
  if (before && event.wallet.version < before.wallet.version) return before;
  return { wallet: event.wallet, timeline: withNewest(before?.timeline ?? null, event.wallet.activity) };
}

export function useWallet() {
  const [state, tell] = useReducer(known, null);
  const [{ data, error, fetching }, readAgain] = useQuery({ query: MyWallet });
  const wallet = data?.me.wallet;
  useEffect(() => {
    if (wallet) tell({ wallet });
  }, [wallet]);

  const begunAt = useRef<number | null>(null);
  if (wallet && begunAt.current === null) begunAt.current = wallet.version;
  const [change] = useSubscription({
    query: MyWalletChanged,
    variables: { after: begunAt.current },
    pause: begunAt.current === null,
  });
  const changed = change.data?.myWalletChanged;
  useEffect(() => {
    if (changed) tell({ wallet: changed });
  }, [changed]);

  useReturn(useCallback(() => readAgain({ requestPolicy: "network-only" }), [readAgain]));
  return { ...state, programme: data, error, fetching, readAgain, ...useOlder(state?.timeline.next ?? null, tell) };
}

function useOlder(next: string | null, tell: (event: Event) => void) {
  const client = useClient();
  const [state, setState] = useState<"ready" | "loading" | "failed">("ready");
  const loadOlder = useCallback(async () => {
    if (next === null) return;
    setState("loading");
    const { data } = await client.query(OlderActivity, { after: next }).toPromise();
    setState(data ? "ready" : "failed");
    if (data) tell({ older: data.me.wallet.activity });
  }, [client, next, tell]);
  return { loadOlder, older: state };
}

/** Calls when the page is looked at again after it was away; points may have become available by the mere time. */
function useReturn(act: () => void): void {
  useEffect(() => {
    let left = 0;
    const look = () => {
      if (document.visibilityState === "hidden") left = Date.now();
      else if (left && Date.now() - left > AWAY_MS) act();
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [act]);
}
