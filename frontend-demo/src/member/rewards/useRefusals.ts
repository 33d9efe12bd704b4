/** Why a reward was refused, in the reader's words where we have some, else in the server's. */

import { useTranslation } from "react-i18next";

import type { Refusal } from "../../shared/acts";
import { useFormats } from "../../shared/formatting";
import type { Outcome } from "./documents";
import { useWords } from "./words";

type Refused = Outcome["userErrors"][number];

export function useRefusals(refused: readonly Refused[]): Refusal[] {
  const { t } = useTranslation("rewards");
  const { points, dateTime } = useFormats();
  const words = useWords();
  const explained = (one: Refused): string => {
    if ("required" in one && one.required !== undefined) {
      const missing = BigInt(one.required) - BigInt(one.available);
      return t("refused.INSUFFICIENT_POINTS", { count: Number(missing), points: points(missing) });
    }
    if ("why" in one && one.why === "TIER") return t("hindered.TIER", { tiers: words.oneOf.format(one.tiers) });
    if ("opensAt" in one) return one.opensAt ? t("hindered.NOT_YET", { at: dateTime(one.opensAt) }) : t("refused.REWARD_NOT_OPEN");
    if (one.code === "OUT_OF_STOCK") return t("refused.OUT_OF_STOCK");
    if (one.code === "LIMIT_REACHED") return t("refused.LIMIT_REACHED");
    if (one.code === "VOUCHERS_USED_UP") return t("refused.VOUCHERS_USED_UP");
    return one.message;
  };
  return refused.map((one) => ({ ...one, message: explained(one) }));
}
