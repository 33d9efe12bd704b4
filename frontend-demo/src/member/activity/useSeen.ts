/** Calls when something comes into sight. */

import { type RefObject, useEffect, useRef } from "react";

export function useSeen<E extends Element>(act: () => void, wanted: boolean): RefObject<E | null> {
  const place = useRef<E>(null);
  useEffect(() => {
    if (!wanted || !place.current) return;
    const watch = new IntersectionObserver(([seen]) => seen?.isIntersecting && act(), { rootMargin: "200px" });
    watch.observe(place.current);
    return () => watch.disconnect();
  }, [act, wanted]);
  return place;
}
