/** The worklist as it is filtered; what one person does is read again at its place, without losing the list. */

import { useEffect, useMemo } from "react";

import { usePages } from "../../usePages";
import { type Exception, Exceptions } from "./documents";
import { asked, type Filter, fits, isLocal } from "./filter";

/** Rows that are read by themselves to look through them; more on demand. */
const LOOKED_THROUGH = 2_000;

export function useExceptions(filter: Filter) {
  const wanted = asked(filter);
  const pages = usePages(
    Exceptions,
    (after) => ({ filter: wanted, after }),
    (data) => data.reconciliationExceptions,
    JSON.stringify(wanted),
    "network-only",
  );
  const rows = useMemo(() => pages.rows.filter((row: Exception) => fits(filter, row)), [pages.rows, filter]);
  const { more, state, whole } = pages;
  const looking = isLocal(filter) && !whole && pages.rows.length < LOOKED_THROUGH;
  useEffect(() => {
    if (looking && state === "ready") more();
  }, [looking, state, more]);
  return { rows, state, whole, more, looking, readAgain: pages.again };
}
