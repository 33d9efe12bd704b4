/** Where the campaigns' pages stand: the coalition's clock and currency, and who looks. */

import { createContext, useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../shared/formatting";
import type { House, Who } from "./documents";
import type { Speaker } from "./terms/wording";

export const HouseContext = createContext<House | null>(null);

export function useHouse(): House {
  const house = useContext(HouseContext);
  if (!house) throw new Error("There is no house around this page.");
  return house;
}

/** The partner that looks; null for the coalition's people. */
export const useOwn = (): Who | null => useHouse().viewer.partner;

export function useSpeaker(names: ReadonlyMap<string, string>): Speaker {
  const { t, i18n } = useTranslation("campaigns");
  const formats = useFormats();
  const { currency } = useHouse().coalition;
  return useMemo(() => ({ t, formats, language: i18n.language, currency, names }), [t, formats, i18n.language, currency, names]);
}
