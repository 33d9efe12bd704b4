/** A campaign in sentences, part by part: what it gives, on what, when, to whom, who pays, how much at most. */

import { lastMoment } from "../../../shared/formats";
import { conditionTold, type ToldPart } from "./clauseWords";
import { ruleTold } from "./ruleWords";
import { type Goods, onPurchases, type Terms } from "./terms";
import { allOf, anyOf, count, dayOfYear, figure, money, named, percent, type Speaker, weekdayName } from "./wording";

export const PARTS = ["what", "goods", "when", "whom", "where", "pays", "limits", "life", "beside"] as const;
export type PartName = (typeof PARTS)[number];
export type Told = Record<PartName, ToldPart[]>;

export function told(terms: Terms, speaker: Speaker): Told {
  const plain = (says: readonly string[]): ToldPart[] => says.map((one) => ({ says: one, of: [] }));
  return {
    what: plain(ruleTold(terms.rule, speaker)),
    goods: plain(goodsTold(terms, speaker)),
    when: [...plain(whenTold(terms, speaker)), ...conditionShown(terms, speaker)],
    whom: plain(whomTold(terms, speaker)),
    where: plain(whereTold(terms, speaker)),
    pays: plain(paysTold(terms, speaker)),
    limits: plain(limitsTold(terms, speaker)),
    life: plain(lifeTold(terms, speaker)),
    beside: plain(besideTold(terms, speaker)),
  };
}

function conditionShown({ condition }: Terms, speaker: Speaker): ToldPart[] {
  if (typeof condition !== "string") return conditionTold(condition, speaker);
  return condition.trim() ? [{ says: speaker.t("says.expression"), of: [] }] : [];
}

function goodsTold(terms: Terms, speaker: Speaker): string[] {
  if (!onPurchases(terms)) return [];
  const asked = goodsParts(terms.goods, speaker);
  const { t } = speaker;
  return [
    ...(asked.length ? asked : [t("says.everyLine")]),
    ...terms.excluding.map((goods) => t("says.excluding", { goods: allOf(speaker, goodsParts(goods, speaker)) })),
  ];
}

const LISTED = ["categories", "departments", "brands", "skus", "gtins"] as const;
const NAMED = ["makers", "suppliers", "outlets"] as const;

function goodsParts(goods: Goods, speaker: Speaker): string[] {
  const { t } = speaker;
  return [
    ...LISTED.filter((part) => goods[part].length).map((part) => t(`goods.${part}`, { values: anyOf(speaker, goods[part]) })),
    ...NAMED.filter((part) => goods[part].length).map((part) => t(`goods.${part}`, { values: anyOf(speaker, named(speaker, goods[part])) })),
    ...(goods.privateLabel === null ? [] : [t(goods.privateLabel ? "goods.own" : "goods.notOwn")]),
  ];
}

function whenTold(terms: Terms, speaker: Speaker): string[] {
  const { t, formats, language } = speaker;
  const starts = formats.day(terms.startsAt);
  const triggers = terms.triggers.filter((trigger) => trigger !== "PURCHASE");
  return [
    terms.endsAt === null ? t("says.from", { day: starts }) : t("says.period", { from: starts, until: formats.day(lastMoment(terms.endsAt)) }),
    ...(triggers.length ? [t("says.triggers", { triggers: anyOf(speaker, triggers) })] : []),
    ...(terms.daysBefore ? [t("says.daysBefore", { count: count(terms.daysBefore), days: terms.daysBefore })] : []),
    ...(terms.daysAfter ? [t("says.daysAfter", { count: count(terms.daysAfter), days: terms.daysAfter })] : []),
    ...(terms.weekdays.length ? [t("says.weekdays", { days: anyOf(speaker, terms.weekdays.map((day) => weekdayName(language, day))) })] : []),
    ...(terms.hours.length ? [t("says.hours", { hours: anyOf(speaker, terms.hours.map(({ start, end }) => `${start}–${end}`)) })] : []),
    ...(terms.timeZone ? [t("says.timeZone", { zone: terms.timeZone })] : []),
  ];
}

function whomTold(terms: Terms, speaker: Speaker): string[] {
  const { t } = speaker;
  const asked = [
    ...(terms.tiers.length ? [t("says.tiers", { tiers: anyOf(speaker, terms.tiers) })] : []),
    ...(terms.segments.length ? [t("says.segments", { segments: anyOf(speaker, named(speaker, terms.segments)) })] : []),
    ...(terms.notSegments.length ? [t("says.notSegments", { segments: anyOf(speaker, named(speaker, terms.notSegments)) })] : []),
  ];
  const control = count(terms.control) > 0 ? [t("says.control", { share: percent(speaker, terms.control) })] : [];
  return [...(asked.length ? asked : [t("says.everyone")]), ...control];
}

function whereTold(terms: Terms, speaker: Speaker): string[] {
  const { t } = speaker;
  return [
    t("says.partners", { partners: anyOf(speaker, named(speaker, terms.partners)) || "…" }),
    ...(terms.outlets.length ? [t("says.outlets", { outlets: anyOf(speaker, named(speaker, terms.outlets)) })] : []),
    ...(terms.channels.length ? [t("says.channels", { channels: anyOf(speaker, terms.channels) })] : []),
  ];
}

function paysTold(terms: Terms, speaker: Speaker): string[] {
  const { t } = speaker;
  const [only] = terms.sponsors;
  if (only && terms.sponsors.length === 1) return [t("says.paysAll", { partner: named(speaker, [only.partner])[0] ?? "" })];
  return terms.sponsors.map(({ partner, share }) => t("says.pays", { partner: named(speaker, [partner])[0] ?? "", share: percent(speaker, share) }));
}

function limitsTold(terms: Terms, speaker: Speaker): string[] {
  const { t } = speaker;
  const { budget } = terms;
  const caps = terms.caps.map((cap) => {
    const most = t(cap.of === "POINTS" ? "says.points" : "says.times", { count: count(cap.most), points: figure(speaker, cap.most), times: figure(speaker, cap.most) });
    const within = cap.hours ? t("says.withinHours", { count: count(cap.hours), hours: cap.hours }) : t(`periods.${cap.period ?? "WHOLE"}`);
    return t(`says.cap.${cap.per}`, { most, within });
  });
  if (!budget) return [...caps, t("says.noBudget")];
  const whole = budget.unit === "money" ? money(speaker, budget.amount) : t("says.points", { count: count(budget.amount), points: figure(speaker, budget.amount) });
  return [...caps, t(`says.budget.${budget.pacing}`, { whole }), t("says.alert", { share: percent(speaker, budget.alert) })];
}

function lifeTold(terms: Terms, speaker: Speaker): string[] {
  const { t } = speaker;
  const { expiry, release } = terms;
  const fixed = dayOfYear(speaker.language, Number(expiry.month), Number(expiry.day));
  return [
    terms.returnDays ? t("says.wait", { count: count(terms.returnDays), days: figure(speaker, terms.returnDays) }) : t("says.atOnce"),
    ...(release.weekday !== "0" ? [t("says.releaseWeekday", { day: weekdayName(speaker.language, Number(release.weekday)) })] : []),
    ...(release.at ? [t("says.releaseAt", { time: release.at })] : []),
    t(`says.expiry.${expiry.kind}`, { count: count(expiry.months), months: expiry.months, day: fixed }),
  ];
}

function besideTold(terms: Terms, speaker: Speaker): string[] {
  const { t } = speaker;
  return [
    t(`says.stacking.${terms.stacking.mode}`, { group: terms.stacking.group || "…" }),
    t(`says.rounding.${terms.rounding}`),
    ...(terms.priority !== "0" ? [t("says.priority", { priority: terms.priority })] : []),
  ];
}
