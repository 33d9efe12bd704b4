/** Where among the partners somebody is. The coalition's own house has no short name of a partner: it is called `house`. */

export const HOUSE = "house";

export const firmAt = (slug: string, part = ""): string => `/partners/${encodeURIComponent(slug)}${part && `/${part}`}`;

export const contractAt = (slug: string, version: number, more = ""): string =>
  `${firmAt(slug, "contracts")}?version=${version}${more}`;

/** What an answer is about even where it is empty, so that the first of its kind is read anew. */
export const OF_CONTRACTS = { additionalTypenames: ["Contract"] };
export const OF_OUTLETS = { additionalTypenames: ["Outlet"] };
export const OF_PEOPLE = { additionalTypenames: ["Person"] };
