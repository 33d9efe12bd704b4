/** What every part of a till's page shares. */

import { createContext, useContext, useSyncExternalStore } from "react";

import type { Clock } from "./clock";
import type { Article, ShopAnswer } from "./documents";
import type { Entry, Queue } from "./queue";
import type { Sale, Step } from "./sale";
import type { Sold } from "./sending";
import type { Store } from "./store";

export type House = Omit<ShopAnswer, "serverTime" | "viewer"> & { partner: Partner };
export type Partner = NonNullable<ShopAnswer["viewer"]["partner"]>;

export interface Till {
  house: House;
  /** Digits of the currency. */
  digits: number;
  /** The outlet's code, as somebody chose it here; empty until then. */
  outlet: string;
  choose: (outlet: string) => void;
  store: Store;
  clock: Clock;
  queue: Queue<Sold>;
  /** Whether the server answers now. */
  up: boolean;
  fell: () => void;
}

export const TillContext = createContext<Till | null>(null);

export function useTill(): Till {
  const till = useContext(TillContext);
  if (!till) throw new Error("No till around.");
  return till;
}

export interface UnderWay {
  sale: Sale;
  step: (step: Step) => void;
  /** A step that is written down before it counts. */
  written: (step: Step) => Promise<void>;
  /** Begins the next one. */
  next: () => void;
}

export const SaleContext = createContext<UnderWay | null>(null);

export function useSale(): UnderWay {
  const sale = useContext(SaleContext);
  if (!sale) throw new Error("No sale around.");
  return sale;
}

export function useEntries(): readonly Entry<Sold>[] {
  const { queue } = useTill();
  return useSyncExternalStore(queue.listen, queue.entries);
}

export type { Article };
