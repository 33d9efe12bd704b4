/** What the customer's side of the till shows: told from the cashier's window to the customer's. */

import { useEffect, useRef, useState } from "react";

import type { Hued } from "../shared/partner";

export interface Shown {
  lines: { name: string; quantity: string; amount: string }[];
  due: string;
  currency: string;
  /** What the basket earns; null where nobody can say yet. */
  points: string | null;
  fundedBy: { sponsor: Hued; points: string }[];
  known: boolean;
  /** Points have arrived: how many, and what there is now where the member lets it be seen. */
  arrived: { points: string; available: string | null } | null;
}

type Message = { tell: Shown } | "hello";

const channel = (slug: string) => new BroadcastChannel(`hansa-till-${slug}-customer`);

/** Tells each change, and tells it again to a window that has just opened. */
export function useTelling(slug: string, shown: Shown): void {
  const latest = useRef(shown);
  const line = useRef<BroadcastChannel>(null);
  useEffect(() => {
    const opened = channel(slug);
    line.current = opened;
    opened.onmessage = ({ data }: MessageEvent<Message>) => data === "hello" && opened.postMessage({ tell: latest.current });
    return () => opened.close();
  }, [slug]);
  const told = JSON.stringify(shown);
  useEffect(() => {
    latest.current = shown;
    line.current?.postMessage({ tell: shown });
    // What is told is compared as text, so that an equal one is not told twice.
  }, [told]);
}

export function useTold(slug: string): Shown | null {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    const opened = channel(slug);
    opened.onmessage = ({ data }: MessageEvent<Message>) => data !== "hello" && setShown(data.tell);
    opened.postMessage("hello" satisfies Message);
    return () => opened.close();
  }, [slug]);
  return shown;
}
