/** What the server refused, in the reader's language; the server itself speaks English. */

import type { CombinedError } from "urql";

import { worded } from "./i18n";

export interface Refusal {
  code: string;
  message: string;
  path?: readonly string[];
  /** In the server's words, where ours stand in their place: they may name figures that ours do not. */
  own?: string;
}

/** In the reader's words where there are some for its code, else as it came. */
export async function inWords<R extends Refusal>(refusals: readonly R[]): Promise<readonly R[]> {
  if (refusals.length === 0) return refusals;
  const word = await worded("refusals");
  return refusals.map((one) => {
    const message = word(one.code);
    return message === null ? one : { ...one, message, own: one.message };
  });
}

/** What an answer without data says of itself. */
export const faultsOf = (error: CombinedError | undefined): Refusal[] =>
  (error?.graphQLErrors ?? []).map(({ message, extensions }) => ({ code: String(extensions?.code ?? "FAULT"), message }));

/** The first of them in a sentence; null where the server said nothing. */
export async function faultSaid(error: CombinedError | undefined): Promise<string | null> {
  const [first] = await inWords(faultsOf(error).slice(0, 1));
  return first?.message ?? null;
}
