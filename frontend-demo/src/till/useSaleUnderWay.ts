/** The sale under way, kept at each step: a reload loses nothing. */

import { useCallback, useEffect, useMemo, useReducer, useState } from "react";

import { after, aSale, type Sale, type Step } from "./sale";
import type { Till, UnderWay } from "./till";

const NAME = "sale";

export function useSaleUnderWay({ store, clock }: Pick<Till, "store" | "clock">): UnderWay | null {
  const [sale, step] = useReducer(after, clock.now(), (now) => aSale(now));
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let still = true;
    Promise.all([store.get<Sale>(NAME), store.get<{ key: string }[]>("queue")])
      .then(([kept, written]) => {
        // A sale that was written down is sold, though the window was closed before the next began.
        if (still && kept && !written?.some(({ key }) => key === kept.key)) step({ do: "begin", sale: kept });
      })
      .catch(() => undefined)
      .finally(() => still && setReady(true));
    return () => {
      still = false;
    };
  }, [store]);
  useEffect(() => {
    if (ready) void store.set(NAME, sale).catch(() => undefined);
  }, [store, sale, ready]);
  const next = useCallback(() => step({ do: "begin", sale: aSale(clock.now()) }), [clock]);
  const written = useCallback(
    async (what: Step) => {
      await store.set(NAME, after(sale, what));
      step(what);
    },
    [store, sale],
  );
  return useMemo(() => (ready ? { sale, step, written, next } : null), [ready, sale, written, next]);
}
