/** Where among the partners somebody is. The coalition's own house has no short name of a partner: it is called `house`. */

export const HOUSE = "house";

export const firmAt = (slug: string, part = ""): string => `/partners/${encodeURIComponent(slug)}${part && `/${part}`}`;

export const contractAt = (slug: string, version: number, more = ""): string =>
  `${firmAt(slug, "contracts")}?version=${version}${more}`;
