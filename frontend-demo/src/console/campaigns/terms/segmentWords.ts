/** What must hold of a segment's members, a sentence for each part. */

import type { SegmentPart } from "../segmentDocuments";
import { anyOf, count, money, monthName, type Speaker } from "./wording";

export function segmentTold(part: SegmentPart, speaker: Speaker): string {
  const { t, language } = speaker;
  const days = String(part.days ?? 0);
  const within = { count: count(days), days };
  const partners = part.partners.map(({ name }) => name);
  switch (part.kind) {
    case "RECENCY":
      return t(part.bought === false ? "segments.notBought" : "segments.bought", within);
    case "FREQUENCY":
      return t("segments.frequency", { ...within, bounds: bounds(part.atLeast, part.atMost, String, speaker) });
    case "SPEND":
      return t("segments.spend", {
        ...within, bounds: bounds(part.amountAtLeast?.amount ?? null, part.amountAtMost?.amount ?? null, (amount) => money(speaker, String(amount)), speaker),
      });
    case "GOODS":
      return t(part.bought === false ? "segments.goodsNot" : "segments.goods", { ...within, goods: anyOf(speaker, [...part.categories, ...part.brands]) });
    case "PARTNER_MIX":
      return t("segments.partnerMix", { ...within, bounds: part.atLeast === null ? anyOf(speaker, partners) : String(part.atLeast) });
    case "PROFILE":
      return t("segments.profile", {
        values: anyOf(speaker, [...part.birthdayMonths.map((month) => monthName(language, month)), ...part.languages]),
      });
    case "JOINED":
      return t("segments.joined", within);
    case "ANSWERED":
      return t("segments.answered", { ...within, survey: part.survey ?? "…", question: part.question ?? "…" });
  }
}

function bounds<T extends number | string>(least: T | null, most: T | null, shown: (value: T) => string, { t }: Speaker): string {
  if (least !== null && most !== null) return t("segments.between", { least: shown(least), most: shown(most) });
  if (least !== null) return t("segments.atLeast", { least: shown(least) });
  return most === null ? "…" : t("segments.atMost", { most: shown(most) });
}
