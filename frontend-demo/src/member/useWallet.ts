/** The member's wallet: read once, followed from then on, and read again by whoever comes back after a while. */

import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { useClient, useQuery, useSubscription } from "urql";

import { MyWallet, MyWalletChanged, OlderActivity } from "./documents";
import { afterHearing, type Heard } from "./known";
import { keep } from "./offline/kept";

const AWAY_MS = 60_000;

export function useWallet() {
  const [known, tell] = useReducer(afterHearing, null);
  const [{ data, error }, ask] = useQuery({ query: MyWallet });
  useEffect(() => {
    if (data) tell({ answer: data });
  }, [data]);
  const readAgain = useCallback(() => ask({ requestPolicy: "network-only" }), [ask]);

  const begunAt = useRef<number | null>(null);
  if (data && begunAt.current === null) begunAt.current = data.me.wallet.version;
  const [change] = useSubscription({
    query: MyWalletChanged,
    variables: { after: begunAt.current },
    pause: begunAt.current === null,
  });
  const changed = change.data?.myWalletChanged;
  useEffect(() => {
    if (changed) tell({ wallet: changed });
  }, [changed]);

  useEffect(() => {
    if (known) void keep(known, new Date());
  }, [known]);
  useReturn(readAgain);
  return { known, asOf: null, failed: error !== undefined && !known, readAgain, ...useOlder(known?.timeline.next ?? null, tell) };
}

function useOlder(next: string | null, tell: (heard: Heard) => void) {
  const client = useClient();
  const [older, setOlder] = useState<"ready" | "loading" | "failed">("ready");
  const loadOlder = useCallback(async () => {
    if (next === null) return;
    setOlder("loading");
    const { data } = await client.query(OlderActivity, { after: next }).toPromise();
    setOlder(data ? "ready" : "failed");
    if (data) tell({ older: data.me.wallet.activity });
  }, [client, next, tell]);
  return { loadOlder, older };
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
