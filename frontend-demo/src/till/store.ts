/** What a till keeps in this browser, apart from every other till: sales to send, the sale under way, the shop as last seen. */

import { createStore, del, get, set, update, type UseStore } from "idb-keyval";

export interface Store {
  get: <T>(name: string) => Promise<T | undefined>;
  set: (name: string, value: unknown) => Promise<void>;
  /** Reads and writes in one step, so that two windows do not lose each other's changes. */
  change: <T>(name: string, changed: (before: T | undefined) => T) => Promise<void>;
  drop: (name: string) => Promise<void>;
}

export function storeOf(slug: string): Store {
  const place: UseStore = createStore(`hansa-till-${slug}`, "kept");
  return {
    get: (name) => get(name, place),
    set: (name, value) => set(name, value, place),
    change: (name, changed) => update(name, changed, place),
    drop: (name) => del(name, place),
  };
}
