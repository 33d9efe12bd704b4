/** The partners that know somebody, with what each may see and do. */

import { useTranslation } from "react-i18next";

import { usePages } from "../../../shared/usePages";
import { Shops } from "./documents";

export function useShops() {
  const { i18n } = useTranslation("me");
  return usePages(
    Shops,
    (after) => ({ language: i18n.language, after }),
    ({ myLinks }) => myLinks,
    i18n.language,
    "network-only",
  );
}
