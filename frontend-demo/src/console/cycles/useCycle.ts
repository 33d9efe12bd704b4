/** One cycle, read again after each step and now and then, since others take steps too. */

import { useCallback } from "react";
import { useQuery } from "urql";

import { OneCycle, type WholeCycle } from "./documents";

interface Found {
  cycle: WholeCycle | null;
  failed: boolean;
  readAgain: () => void;
}

export function useCycle(id: string, coalition: boolean): Found {
  const [{ data, error }, read] = useQuery({
    query: OneCycle,
    variables: { cycle: id, coalition },
    requestPolicy: "cache-and-network",
  });
  const readAgain = useCallback(() => read({ requestPolicy: "network-only" }), [read]);
  return { cycle: data?.cycle?.id === id ? data.cycle : null, failed: Boolean(error) && !data, readAgain };
}
