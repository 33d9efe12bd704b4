/** Finds the member of a card; without a line the card alone is kept, and the server finds its member later. */

import { useCallback } from "react";
import { useClient } from "urql";

import { faultSaid } from "../shared/refusals";
import { type Known, TillMember } from "./documents";
import type { MemberRef } from "./sale";
import { useSale, useTill } from "./till";

export type Finding = "found" | "unknown" | "unasked" | { refused: string };

export function useCustomer() {
  const client = useClient();
  const { up, fell } = useTill();
  const { step } = useSale();
  const take = useCallback(
    (ref: MemberRef, label: string, known: Known | null) => step({ do: "customer", customer: { ref, label, known } }),
    // `step` only sets state.
    [],
  );
  const find = useCallback(
    async (ref: MemberRef, label: string): Promise<Finding> => {
      if (!up) {
        take(ref, label, null);
        return "unasked";
      }
      const { data, error } = await client.query(TillMember, { ref }, { requestPolicy: "network-only" }).toPromise();
      if (data?.member) {
        take({ id: data.member.id }, label, data.member);
        return "found";
      }
      if (error?.networkError) {
        fell();
        take(ref, label, null);
        return "unasked";
      }
      return error ? { refused: (await faultSaid(error)) ?? "" } : "unknown";
    },
    [client, up, take],
  );
  return { find, take };
}
