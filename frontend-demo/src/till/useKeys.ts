/** Keys that act wherever the focus is. */

import { useEffect, useRef } from "react";

export function useKeys(acts: Record<string, () => void>, active: boolean): void {
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => {
    if (!active) return;
    const heard = (event: KeyboardEvent) => {
      const act = latest.current[event.key];
      if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", heard);
    return () => window.removeEventListener("keydown", heard);
  }, [active]);
}
