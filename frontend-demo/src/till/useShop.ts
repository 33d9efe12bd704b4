/** The shop this is a till of: asked for once, and kept for the time without a line. */

import { useEffect, useState } from "react";
import { type Client, useClient } from "urql";

import type { Clock } from "./clock";
import { TillOutlets, TillShop } from "./documents";
import { remember } from "./seat";
import type { Store } from "./store";
import type { House, Partner } from "./till";

const NAME = "shop";
/** What was kept in another shape is not read. */
const SHAPE = 1;

interface Kept {
  shape: typeof SHAPE;
  house: House;
  scopes: readonly string[];
}

export type Found = { house: House } | "reading" | "failed";

export function useShop(store: Store, clock: Clock, offline: boolean): Found {
  const client = useClient();
  const [found, setFound] = useState<Found>("reading");
  useEffect(() => {
    let still = true;
    const show = (next: Found) => still && setFound(next);
    void (async () => {
      const { data } = offline ? {} : await client.query(TillShop, {}, { requestPolicy: "network-only" }).toPromise();
      const partner = data?.viewer.partner && (await whole(client, data.viewer.partner));
      if (data && partner) {
        clock.hear(data.serverTime);
        const house: House = { coalition: data.coalition, partner };
        remember({ slug: partner.slug, name: partner.name, hue: partner.hue });
        show({ house });
        await store.set(NAME, { shape: SHAPE, house, scopes: data.viewer.scopes } satisfies Kept).catch(() => undefined);
        return;
      }
      const kept = await store.get<Kept>(NAME).catch(() => undefined);
      show(kept?.shape === SHAPE ? { house: kept.house } : "failed");
    })();
    return () => {
      still = false;
    };
  }, [client, store, clock, offline]);
  return found;
}

/** The partner with all its outlets, however many a chain has; with the first hundred where the line goes in between. */
async function whole(client: Client, partner: Partner): Promise<Partner> {
  let { nodes, pageInfo } = partner.outlets;
  while (pageInfo.hasNextPage) {
    const { data } = await client.query(TillOutlets, { after: pageInfo.endCursor }).toPromise();
    const next = data?.viewer.partner?.outlets;
    if (!next) break;
    nodes = [...nodes, ...next.nodes];
    pageInfo = next.pageInfo;
  }
  return { ...partner, outlets: { nodes, pageInfo } };
}
