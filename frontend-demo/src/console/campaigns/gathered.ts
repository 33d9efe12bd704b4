/** Versions of campaigns gathered by campaign, and those of them that some words mean. */

import type { CampaignRow, Who } from "./documents";

/** What stands for a campaign: its latest version, and the one that gives points now where that is another. */
export interface Gathered {
  id: string;
  latest: CampaignRow;
  live: CampaignRow | null;
  versions: readonly CampaignRow[];
}

export const STANDINGS = ["asked", "DRAFT", "LIVE", "PAUSED", "ENDED"] as const;
export type Standing = (typeof STANDINGS)[number];

export function gather(rows: readonly CampaignRow[]): Gathered[] {
  const byId = new Map<string, CampaignRow[]>();
  for (const row of rows) byId.set(row.id, [...(byId.get(row.id) ?? []), row]);
  return [...byId].map(([id, found]) => {
    const versions = found.toSorted((one, other) => other.version - one.version);
    return { id, latest: versions[0] as CampaignRow, live: versions.find(({ state }) => state === "LIVE") ?? null, versions };
  });
}

/** Whether a campaign's draft waits for this partner to agree. */
export const asks = ({ latest }: Gathered, own: Who | null): boolean =>
  own !== null && latest.state === "DRAFT" && latest.awaiting.some(({ id }) => id === own.id);

/** Whether a campaign stands so: one that is live stays so while its next version is written. */
export const stands = (campaign: Gathered, standing: Standing, own: Who | null): boolean =>
  standing === "asked"
    ? asks(campaign, own)
    : standing === "LIVE" ? campaign.live !== null : campaign.latest.state === standing && (campaign.live === null || standing === "DRAFT");

/**
 * Those that all words mean: `owner:northwind`, `sponsor:dairy`, `kind:flat`, or a part of the name. Words can be copied
 * and pasted; nothing else decides what is shown.
 */
export function meant(campaigns: readonly Gathered[], words: string, kindName: (kind: string) => string): Gathered[] {
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean);
  return campaigns.filter((campaign) => asked.every((word) => means(campaign.latest, word, kindName)));
}

function means(row: CampaignRow, word: string, kindName: (kind: string) => string): boolean {
  const [field, value = ""] = word.split(":", 2);
  const partner = ({ slug, name }: Who) => `${slug} ${name}`.toLowerCase();
  if (field === "owner") return partner(row.owner).includes(value);
  if (field === "sponsor") return row.sponsors.some((sponsor) => partner(sponsor.partner).includes(value));
  if (field === "kind") return `${row.kind} ${kindName(row.kind)}`.toLowerCase().includes(value);
  return `${row.name} ${partner(row.owner)} ${kindName(row.kind)}`.toLowerCase().includes(word);
}
