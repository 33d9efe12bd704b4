/** Which till this is: its address names the shop, and this browser remembers the shops it has been a till of. */

export interface Shop {
  slug: string;
  name: string;
  hue: number;
}

const KEY = "hansa.tills";
const AT = /^\/till\/([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)(?=\/|$)/;

/** The shop an address is the till of; null for the page that lists them. */
export const shopAt = (path: string): string | null => AT.exec(path)?.[1] ?? null;

export const seatOf = (slug: string): string => `till-${slug}`;

export function remembered(): Shop[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]") as Shop[];
  } catch {
    return [];
  }
}

export function remember(shop: Shop): void {
  const others = remembered().filter(({ slug }) => slug !== shop.slug);
  try {
    localStorage.setItem(KEY, JSON.stringify([...others, shop].sort((one, other) => one.name.localeCompare(other.name))));
  } catch {
    // Without storage the next till is found by its link.
  }
}
