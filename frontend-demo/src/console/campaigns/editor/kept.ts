/** Terms that are not saved yet, kept in this browser until they are, so that nothing is lost with a line or a tab. */

import { del, get, set } from "idb-keyval";

import type { Terms } from "../terms/terms";

export interface Kept {
  terms: Terms;
  at: string;
  /** The terms they were changed from; when these have moved on, whoever reads is told. */
  fingerprint: string | null;
}

const FORM = 1;
const keyOf = (partner: string, campaign: string | null) => `hansa.campaign.${FORM}.${partner}.${campaign ?? "new"}`;

export async function recall(partner: string, campaign: string | null): Promise<Kept | null> {
  try {
    return (await get<Kept>(keyOf(partner, campaign))) ?? null;
  } catch {
    return null;
  }
}

export async function keep(partner: string, campaign: string | null, kept: Kept): Promise<void> {
  try {
    await set(keyOf(partner, campaign), kept);
  } catch {
    // Without storage what is typed lasts as long as the page.
  }
}

export async function forget(partner: string, campaign: string | null): Promise<void> {
  try {
    await del(keyOf(partner, campaign));
  } catch {
    // There was nothing to forget.
  }
}
