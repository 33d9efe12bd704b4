/** What a rule gives, in sentences. */

import type { Band, Prize, Rule, Token } from "./terms";
import { allOf, anyOf, count, figure, money, percent, rate, type Speaker } from "./wording";

export function ruleTold(rule: Rule, speaker: Speaker): string[] {
  const { t } = speaker;
  const cap = (says: "capPurchase" | "capItem") =>
    "cap" in rule && rule.cap ? [t(`says.${says}`, { amount: money(speaker, rule.cap) })] : [];
  const minimum = "minimum" in rule && rule.minimum ? [t("says.minimum", { amount: money(speaker, rule.minimum) })] : [];
  switch (rule.kind) {
    case "RATE_PER_UNIT":
      return [
        t("says.rate", { count: count(rule.points), points: rate(speaker, rule.points), unit: money(speaker, "1") }),
        ...(rule.tenders.length ? [t("says.tenders", { tenders: anyOf(speaker, rule.tenders) })] : []),
      ];
    case "PER_ITEM":
      return [t("says.item", { count: count(rule.points), points: rate(speaker, rule.points) })];
    case "FLAT":
      return [t("says.flat", { count: count(rule.points), points: figure(speaker, rule.points) }), ...minimum];
    case "BANDS":
      return [t("says.bands", { bands: bandsTold(rule.bands, speaker) })];
    case "PER_FIELD":
      return fieldTold(rule, speaker);
    case "MULTIPLIER":
      return [t("says.multiplier", { factor: rate(speaker, rule.factor), bases: allOf(speaker, rule.base.map((kind) => t(`kinds.${kind}`))) })];
    case "COUPON_REFUND":
      return [t("says.couponRefund"), ...cap("capItem")];
    case "CASHBACK":
      return [t("says.cashback", { share: percent(speaker, rule.share) }), ...cap("capPurchase")];
    case "DISCOUNT":
      return [discountTold(rule, speaker), ...minimum, ...cap("capPurchase")];
    case "GIFT":
      return [t("says.gift", { prize: prizeTold(rule.prize, speaker) }), ...minimum];
    case "CARD":
      return cardTold(rule, speaker);
    case "MILESTONES":
      return milestonesTold(rule, speaker);
  }
}

const bandsTold = (bands: readonly Band[], speaker: Speaker): string =>
  allOf(speaker, bands.map(({ start, gives }) =>
    speaker.t("says.band", { count: count(gives), points: figure(speaker, gives), amount: money(speaker, start) })));

function fieldTold(rule: Rule & { kind: "PER_FIELD" }, speaker: Speaker): string[] {
  const { t } = speaker;
  const places = { points: rate(speaker, rule.points), per: figure(speaker, rule.per), field: rule.field || "…" };
  return [
    t("says.field", { count: count(rule.points), ...places }),
    ...(rule.least !== "1" && rule.least ? [t("says.fieldLeast", { field: rule.field, least: figure(speaker, rule.least) })] : []),
    ...(rule.most ? [t("says.fieldMost", { field: rule.field, most: figure(speaker, rule.most) })] : []),
  ];
}

function discountTold({ by, value }: Rule & { kind: "DISCOUNT" }, speaker: Speaker): string {
  if (by === "share") return speaker.t("says.discountShare", { share: percent(speaker, value) });
  return speaker.t(by === "off" ? "says.discountOff" : "says.discountPrice", { amount: money(speaker, value) });
}

function cardTold(rule: Rule & { kind: "CARD" }, speaker: Speaker): string[] {
  const { t } = speaker;
  const prize = prizeTold(rule.prize, speaker);
  const every = { prize, every: rule.counted === "AMOUNT" ? money(speaker, rule.every) : figure(speaker, rule.every), count: count(rule.every) };
  return [
    t(`says.card.${rule.counted}`, every),
    ...(rule.bands.length ? [t("says.stamps", { bands: stampsTold(rule.bands, speaker) })] : []),
    ...(rule.atFirst ? [t("says.atFirst")] : []),
    ...(rule.days ? [t("says.cardDays", { count: count(rule.days), days: figure(speaker, rule.days) })] : []),
    ...(rule.period ? [t(`says.anew.${rule.period}`)] : []),
  ];
}

function milestonesTold(rule: Rule & { kind: "MILESTONES" }, speaker: Speaker): string[] {
  const { t } = speaker;
  const marks = rule.marks.map(({ at, prize }) => {
    const reached = rule.counted === "AMOUNT" ? money(speaker, at) : figure(speaker, at);
    return t(`says.mark.${rule.counted}`, { count: count(at), at: reached, prize: prizeTold(prize, speaker) });
  });
  return [
    ...marks,
    ...(rule.bands.length ? [t("says.stamps", { bands: stampsTold(rule.bands, speaker) })] : []),
    ...(rule.period ? [t(`says.anew.${rule.period}`)] : []),
  ];
}

const stampsTold = (bands: readonly Band[], speaker: Speaker): string =>
  allOf(speaker, bands.map(({ start, gives }) => speaker.t("says.stamp", { times: figure(speaker, gives), amount: money(speaker, start) })));

export function prizeTold(prize: Prize, speaker: Speaker): string {
  const { t } = speaker;
  if (prize.wheel.length) return t("says.wheel", { count: prize.wheel.length });
  if (prize.token) return tokenTold(prize.token, speaker);
  return t("says.points", { count: count(prize.points), points: figure(speaker, prize.points) });
}

const tokenTold = ({ kind, name }: Token, { t }: Speaker): string => t("says.token", { kind: t(`tokens.${kind}`), name: name || "…" });
