/**
 * What stays in this browser for the time without a line: the last wallet and the card, of the member who is signed in.
 *
 * Nothing of the session is in it, and it goes when the session ends.
 */

import { createStore, del, get, set } from "idb-keyval";

import type { Known } from "../known";

const place = createStore("hansa-member", "kept");
const KEY = "wallet";
/** What was kept in another shape is not read. */
const SHAPE = 1;
const LATEST = 20;

export interface Kept {
  shape: typeof SHAPE;
  at: string;
  known: Known;
}

export async function keep(known: Known, at: Date): Promise<void> {
  const timeline = { entries: known.timeline.entries.slice(0, LATEST), next: null };
  const kept: Kept = { shape: SHAPE, at: at.toISOString(), known: { ...known, timeline } };
  await set(KEY, kept, place).catch(forgo);
}

export async function kept(): Promise<Kept | null> {
  const found = await get<Kept>(KEY, place).catch(forgo);
  return found?.shape === SHAPE ? found : null;
}

export async function forget(): Promise<void> {
  await del(KEY, place).catch(forgo);
}

/** A browser that keeps nothing, as in a private window, has nothing to show without a line. */
const forgo = () => undefined;
