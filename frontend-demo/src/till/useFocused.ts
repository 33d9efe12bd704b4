/** Puts the focus where the cashier goes on, once what is shown is there. */

import { type RefObject, useEffect, useRef } from "react";

export function useFocused<E extends HTMLElement>(): RefObject<E | null> {
  const found = useRef<E>(null);
  useEffect(() => found.current?.focus(), []);
  return found;
}
