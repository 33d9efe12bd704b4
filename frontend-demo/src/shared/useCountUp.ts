/** A figure that counts up to a greater one, once, quickly; a lesser one is simply there. */

import { useEffect, useRef, useState } from "react";

const DURATION_MS = 300;

export function useCountUp(value: bigint): bigint {
  const [shown, setShown] = useState(value);
  const from = useRef(value);
  useEffect(() => {
    const start = from.current;
    from.current = value;
    if (value <= start || prefersStillness()) {
      setShown(value);
      return;
    }
    let frame = 0;
    const begun = performance.now();
    const step = (now: number) => {
      const part = Math.min(1, Math.max(0, (now - begun) / DURATION_MS));
      setShown(part === 1 ? value : between(start, value, part));
      if (part < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => {
      cancelAnimationFrame(frame);
      setShown(value);
    };
  }, [value]);
  return shown;
}

const STEPS = 1000;

/** Quick at first, then settling. */
function between(start: bigint, end: bigint, part: number): bigint {
  const eased = 1 - (1 - part) ** 3;
  return start + ((end - start) * BigInt(Math.round(eased * STEPS))) / BigInt(STEPS);
}

const prefersStillness = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
