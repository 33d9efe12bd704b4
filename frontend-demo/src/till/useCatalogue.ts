/** The shop's own goods: found by the server while the line is up, and among those seen before while it is not. */

import { useCallback, useEffect, useRef } from "react";
import { useClient } from "urql";

import { type Article, TillArticles } from "./documents";
import { useTill } from "./till";

const GOODS = "goods";
const PRICES = "prices";
const AT_FIRST = 100;
const SHOWN = 8;
const MOST_KEPT = 3000;

export interface Catalogue {
  /** Goods with all these words, a number that begins so, or this bar code. */
  find: (words: string) => Promise<readonly Article[]>;
  /** The price this till sold it for the last time; empty if it never did. */
  priceOf: (sku: string) => string;
  priced: (sku: string, price: string) => void;
}

export function useCatalogue(): Catalogue {
  const client = useClient();
  const { store, up } = useTill();
  const goods = useRef(new Map<string, Article>());
  const prices = useRef<Record<string, string>>({});
  const ask = useCallback(
    async (matching: string | null, first: number) => {
      const { data } = await client.query(TillArticles, { matching, first }).toPromise();
      for (const article of data?.partnerProducts.nodes ?? []) goods.current.set(article.sku, article);
      return data?.partnerProducts.nodes ?? null;
    },
    [client],
  );
  useEffect(() => {
    const kept = (seen: ReadonlyMap<string, Article>) =>
      store.set(GOODS, [...seen.values()].slice(-MOST_KEPT)).catch(() => undefined);
    void (async () => {
      prices.current = { ...(await store.get<Record<string, string>>(PRICES).catch(() => undefined)), ...prices.current };
      for (const article of (await store.get<Article[]>(GOODS).catch(() => undefined)) ?? []) goods.current.set(article.sku, article);
      if (up && (await ask(null, AT_FIRST))) await kept(goods.current);
    })();
  }, [store, ask, up]);
  const find = useCallback(
    async (words: string) => {
      const found = up ? await ask(words, SHOWN) : null;
      return found ?? [...goods.current.values()].filter((article) => fits(article, words)).slice(0, SHOWN);
    },
    [ask, up],
  );
  const priceOf = useCallback((sku: string) => prices.current[sku] ?? "", []);
  const priced = useCallback(
    (sku: string, price: string) => {
      prices.current = { ...prices.current, [sku]: price };
      void store.set(PRICES, prices.current).catch(() => undefined);
    },
    [store],
  );
  return { find, priceOf, priced };
}

export function fits({ sku, gtin, name, brand }: Article, words: string): boolean {
  const wanted = words.trim().toLowerCase();
  if (sku.toLowerCase().startsWith(wanted) || gtin === wanted) return true;
  const said = `${name} ${brand ?? ""}`.toLowerCase();
  return wanted.split(/\s+/).every((word) => said.includes(word));
}
