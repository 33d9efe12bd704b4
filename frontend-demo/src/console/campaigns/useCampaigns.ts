/** All versions of campaigns that the viewer may see, read page by page until the last. */

import { useCallback, useEffect, useState } from "react";
import { useClient } from "urql";

import { type CampaignRow, CampaignsOf } from "./documents";

export interface Campaigns {
  rows: readonly CampaignRow[];
  state: "loading" | "ready" | "failed";
  again: () => void;
}

export function useCampaigns(): Campaigns {
  const client = useClient();
  const [found, setFound] = useState<Omit<Campaigns, "again">>({ rows: [], state: "loading" });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let still = true;
    const read = async () => {
      let after: string | null = null;
      let rows: readonly CampaignRow[] = [];
      for (;;) {
        const { data }: { data?: { partnerCampaigns: Connection } | undefined } =
          await client.query(CampaignsOf, { after }, { requestPolicy: "network-only" }).toPromise();
        if (!still) return;
        if (!data) return setFound({ rows, state: "failed" });
        rows = [...rows, ...data.partnerCampaigns.nodes];
        after = data.partnerCampaigns.pageInfo.endCursor;
        const whole = !data.partnerCampaigns.pageInfo.hasNextPage;
        setFound({ rows, state: whole ? "ready" : "loading" });
        if (whole) return;
      }
    };
    void read();
    return () => {
      still = false;
    };
  }, [client, turn]);
  return { ...found, again: useCallback(() => setTurn((before) => before + 1), []) };
}

interface Connection {
  nodes: readonly CampaignRow[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
