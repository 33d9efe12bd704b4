/** Whether the server answers, asked every few seconds; each answer sets the till's clock. */

import { useEffect, useState } from "react";

import { API } from "../shared/api";
import type { Clock } from "./clock";

const CALM_MS = 15_000;
const TROUBLED_MS = 3_000;
const PATIENCE_MS = 4_000;

export function useLineUp(clock: Clock): { up: boolean; fell: () => void } {
  const [up, setUp] = useState(() => navigator.onLine);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let still = true;
    const look = async () => {
      clearTimeout(timer);
      const heard = await serverTime();
      if (!still) return;
      if (heard) clock.hear(heard);
      setUp(heard !== null);
      timer = setTimeout(() => void look(), heard === null ? TROUBLED_MS : CALM_MS);
    };
    const gone = () => {
      setUp(false);
      void look();
    };
    const back = () => void look();
    timer = setTimeout(() => void look(), TROUBLED_MS);
    window.addEventListener("offline", gone);
    window.addEventListener("online", back);
    return () => {
      still = false;
      clearTimeout(timer);
      window.removeEventListener("offline", gone);
      window.removeEventListener("online", back);
    };
  }, [clock]);
  return { up, fell: () => setUp(false) };
}

/** Everybody may ask what time it is: no session is used up by a till that nobody serves at. */
async function serverTime(): Promise<string | null> {
  try {
    const answer = await fetch(API, {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query: "{ serverTime }" }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.ok) return null;
    return ((await answer.json()) as { data: { serverTime: string } | null }).data?.serverTime ?? null;
  } catch {
    return null;
  }
}
