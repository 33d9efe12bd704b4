/** Sends a sale: the purchase, then the points that were set aside for it. */

import type { AnyVariables, Client, CombinedError, TypedDocumentNode } from "urql";

import { faultsOf, inWords, type Refusal } from "../shared/refusals";
import { type PurchaseInput, TillCapture, TillRecord } from "./documents";
import type { Outcome, Send } from "./queue";

export interface Sold {
  input: PurchaseInput;
  /** Points that were set aside, to be spent with it. */
  redemptions: readonly string[];
  /** What was paid, for the list of sales. */
  total: string;
}

/** No word about the sale itself: it is sent again later. */
const LATER = new Set(["UNAUTHENTICATED", "FORBIDDEN", "THROTTLED", "BUSY", "TIMEOUT", "INTERNAL"]);

export function sender(client: Client, onLost: () => void): Send<Sold> {
  return async ({ key, sale }) => {
    const recorded = await asked(client, TillRecord, { input: sale.input }, onLost);
    if (recorded === null) return null;
    if ("refusals" in recorded) return recorded;
    const { purchase, userErrors } = recorded.data.purchaseRecord;
    if (userErrors.some(isForLater)) return null;
    if (userErrors.length) return { refusals: await inWords(userErrors) };
    const spent = await captured(client, key, sale.redemptions, onLost);
    return spent && { points: purchase?.points ?? "0", ...(spent.length && { refusals: spent }) };
  };
}

async function captured(
  client: Client,
  key: string,
  redemptions: readonly string[],
  onLost: () => void,
): Promise<NonNullable<Outcome["refusals"]> | null> {
  const refusals: Refusal[] = [];
  for (const [place, redemption] of redemptions.entries()) {
    const input = { redemption, idempotencyKey: `${key}-capture-${place}` };
    const answer = await asked(client, TillCapture, { input }, onLost);
    if (answer === null) return null;
    refusals.push(...("refusals" in answer ? answer.refusals : answer.data.redemptionCapture.userErrors));
  }
  return inWords(refusals);
}

const isForLater = ({ code }: { code: string }) => LATER.has(code);

type Answer<D> = { data: D } | { refusals: readonly Refusal[] } | null;

async function asked<D, V extends AnyVariables>(
  client: Client,
  document: TypedDocumentNode<D, V>,
  variables: V,
  onLost: () => void,
): Promise<Answer<D>> {
  const { data, error } = await client.mutation(document, variables).toPromise();
  if (data) return { data };
  const refusals = answered(error) ? faultsOf(error) : [];
  if (refusals.length === 0 || refusals.some(isForLater)) {
    if (error?.networkError) onLost();
    return null;
  }
  return { refusals: await inWords(refusals) };
}

/** Whether the server has judged: without a session, or broken, it has not. */
function answered(error: CombinedError | undefined): boolean {
  const status = (error?.response as Response | undefined)?.status ?? 0;
  return status !== 401 && status < 500;
}
