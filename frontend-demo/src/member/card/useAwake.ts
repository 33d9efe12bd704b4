/** Keeps the screen awake while the card is shown, where the device lets a page ask for it. */

import { useEffect } from "react";

export function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const ask = async () => {
      if (over || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
      const asked = await navigator.wakeLock.request("screen").catch(() => null);
      if (over) void asked?.release();
      else lock = asked;
    };
    void ask();
    // The lock goes when the page is hidden; it is asked for again when the page is back.
    document.addEventListener("visibilitychange", ask);
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", ask);
      void lock?.release();
    };
  }, []);
}
