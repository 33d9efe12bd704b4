/** What there is to choose for the values of a sentence. */

import { useMemo, useState } from "react";
import { useQuery } from "urql";

import { type ChoicesFound, ProductsLike } from "../documents";
import type { Clause, GoodsField } from "../terms/clauses";
import { monthName, weekdayName } from "../terms/wording";
import { useEditing } from "./editing";
import type { Option } from "./inputs";

export interface ClauseOptions {
  options: readonly Option[];
  free: boolean;
  search?: (words: string) => void;
}

const TENDERS = ["CARD", "CASH"];
const CHANNELS = ["STORE", "WEB", "APP"];

export const plain = (words: readonly string[]): Option[] => words.map((word) => ({ value: word, label: word }));

export const groupsOf = (choices: ChoicesFound, field: GoodsField): readonly string[] =>
  ({ category: choices.productGroups.categories, department: choices.productGroups.departments, brand: choices.productGroups.brands, sku: [], gtin: [] })[field];

export const tiersOf = (choices: ChoicesFound): string[] =>
  [...new Set(choices.tierProgrammes.flatMap(({ current }) => current?.terms.tiers.map(({ name }) => name) ?? []))];

const FEWEST_LETTERS = 2;

/** Articles whose number begins so, or whose name has these words; asked for while somebody types. */
export function useArticles(chosen: readonly string[]): { options: Option[]; search: (words: string) => void } {
  const [words, setWords] = useState("");
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const [{ data }] = useQuery({ query: ProductsLike, variables: { words }, pause: words.trim().length < FEWEST_LETTERS });
  const found = data?.partnerProducts.nodes ?? [];
  if (found.some(({ sku }) => !known.has(sku))) setKnown(new Map([...known, ...found.map(({ sku, name }) => [sku, `${name} (${sku})`] as const)]));
  const shown = new Set([...found.map(({ sku }) => sku), ...chosen]);
  return { options: [...shown].map((sku) => ({ value: sku, label: known.get(sku) ?? sku })), search: setWords };
}

export function useClauseOptions(clause: Clause): ClauseOptions {
  const { choices, speaker } = useEditing();
  const { language } = speaker;
  const articles = useArticles("field" in clause && clause.field === "sku" && "values" in clause ? clause.values : []);
  const fixed = useMemo((): ClauseOptions | null => {
    switch (clause.kind) {
      case "weekday":
        return { options: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ value: String(day), label: weekdayName(language, day) })), free: false };
      case "month":
        return { options: Array.from({ length: 12 }, (_, month) => ({ value: String(month + 1), label: monthName(language, month + 1) })), free: false };
      case "monthDay":
        return { options: plain(Array.from({ length: 31 }, (_, day) => String(day + 1))), free: false };
      case "tier":
        return { options: plain(tiersOf(choices)), free: true };
      case "tender":
        return { options: plain(TENDERS), free: true };
      case "channel":
        return { options: plain(CHANNELS), free: true };
      case "goods":
      case "goodsOnly":
      case "goodsSum":
        return clause.field === "sku" ? null : { options: plain(groupsOf(choices, clause.field)), free: true };
      default:
        return { options: [], free: true };
    }
  }, [clause, choices, language]);
  return fixed ?? { ...articles, free: true };
}
