/** The signed-in member's wallet, for every room. */

import { createContext, useContext } from "react";

import type { Known } from "./known";

export interface Held {
  known: Known;
  /** Since when it has not been heard of; null while it is live. */
  asOf: string | null;
  loadOlder: () => void;
  older: "ready" | "loading" | "failed";
}

export const WalletContext = createContext<Held | null>(null);

/** Only rooms ask, which are shown once there is a wallet. */
export function useHeld(): Held {
  const held = useContext(WalletContext);
  if (!held) throw new Error("There is no wallet here.");
  return held;
}
