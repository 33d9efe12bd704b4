/** All rewards and how near they are, read anew whenever the wallet changed. */

import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { useHeld } from "../walletContext";
import { MyRewards, type Reach } from "./documents";

export interface Rewards {
  reaches: readonly Reach[] | null;
  failed: boolean;
  again: () => void;
}

export function useRewards(): Rewards {
  const { i18n } = useTranslation();
  const { version } = useHeld().known.wallet;
  const [{ data, error }, ask] = useQuery({
    query: MyRewards,
    variables: { language: i18n.language },
    requestPolicy: "cache-and-network",
  });
  const again = () => ask({ requestPolicy: "network-only" });
  const seen = useRef(version);
  useEffect(() => {
    if (seen.current === version) return;
    seen.current = version;
    again();
  }, [version]);
  return { reaches: data?.myRewards ?? null, failed: error !== undefined && !data, again };
}
