/** Rewards, vouchers and what keeps them away, in words of the reader's language. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { type Formats, lastMoment } from "../../shared/formats";
import { useFormats } from "../../shared/formatting";
import type { Reach, Reward, Step, Voucher, Worth } from "./documents";
import { decimalOf, shareOf } from "./ratios";
import { cheapest, hasMore, type Hindering } from "./reach";

export function useWords() {
  const { t, i18n } = useTranslation("rewards");
  const formats = useFormats();
  return useMemo(() => wordsOf(t, i18n.language, formats), [t, i18n.language, formats]);
}

export type Words = ReturnType<typeof useWords>;
type T = ReturnType<typeof useTranslation<"rewards">>["t"];

function wordsOf(t: T, language: string, formats: Formats) {
  const { points, money, percent, day, dateTime } = formats;
  const oneOf = new Intl.ListFormat(language, { type: "disjunction" });
  const all = new Intl.ListFormat(language, { type: "conjunction" });

  const price = ({ points: some, money: beside }: Pick<Step, "points" | "money">): string => {
    const pure = some === "0" ? t("price.free") : t("price.points", { count: Number(some), points: points(some) });
    return /[1-9]/.test(beside.amount) ? t("price.withMoney", { points: pure, money: money(beside) }) : pure;
  };

  /** Of several ways to have it, the cheapest. */
  const fromPrice = (reward: Pick<Reach["reward"], "steps" | "pay">): string => {
    const least = cheapest(reward);
    if (!hasMore(reward)) return reward.steps[0] ? price(reward.steps[0]) : "";
    return t("price.from", { count: Number(least), points: points(least) });
  };

  const hindrance = (one: Hindering): string => {
    switch (one.why) {
      case "POINTS":
        return t("hindered.POINTS", { count: Number(one.points), points: points(one.points) });
      case "TIER":
        return t("hindered.TIER", { tiers: oneOf.format(one.tiers) });
      case "NOT_YET":
        return t("hindered.NOT_YET", { at: dateTime(one.at) });
      case "LIMIT":
        return t(`hindered.LIMIT.${one.period}`);
      default:
        return t(`hindered.${one.why}`);
    }
  };

  const worth = (one: Worth, charity: string | null = null): string => {
    if (one.amount) return t("worth.amount", { money: money(one.amount) });
    if (one.share !== null) {
      const share = percent(decimalOf(one.share));
      return one.most ? t("worth.shareUpTo", { share, money: money(one.most) }) : t("worth.share", { share });
    }
    if (one.articles) return t(`worth.articles.${one.articles.pick}`, { what: all.format([...one.articles.categories, ...one.articles.brands]) });
    if (one.tickets !== null) return t("worth.tickets", { count: one.tickets });
    if (one.gift) return gift(one.gift, one, charity ?? "");
    return one.thing ?? t("worth.voucher");
  };

  const gift = (given: NonNullable<Worth["gift"]>, one: Worth, charity: string): string => {
    if (one.match === null) return t("worth.gift", { money: money(given), charity });
    const matched = money({ ...given, amount: shareOf(given.amount, one.match) });
    return t("worth.matched", { money: money(given), charity, matched, partner: one.matchedBy?.name ?? "" });
  };

  /** What a way to have it gives: its own name, if it has one. */
  const step = (one: Step, charity: string | null): string => one.name || worth(one.worth, charity);

  const takes = ({ takes: off, amount }: Voucher): string => {
    const own = amount ?? off.amount;
    if (own) return t("takes.amount", { money: money(own) });
    if (off.thing !== null) return off.thing;
    const most = off.most && money(off.most);
    if (off.share !== null) {
      const share = percent(decimalOf(off.share));
      return most ? t("takes.shareUpTo", { share, money: most }) : t("takes.share", { share });
    }
    if (off.free) return most ? t(`takes.freeUpTo.${off.free}`, { money: most }) : t(`takes.free.${off.free}`);
    return t("takes.valued");
  };

  const until = (end: string): string => t("until", { day: day(lastMoment(end)) });

  const limit = ({ most, per, period }: Reward["limits"][number]): string => {
    const whose = t(`limits.${per}`, { count: most });
    return period ? t("limits.within", { whose, period: t(`limits.periods.${period}`) }) : whose;
  };

  return { price, fromPrice, hindrance, worth, step, takes, until, limit, oneOf, all };
}

/** Names of days by their numbers, 1 for Monday; days that follow each other as a stretch. */
export function weekdays(language: string, days: readonly number[]): string {
  const format = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });
  const name = (day: number) => format.format(new Date(Date.UTC(2024, 0, day)));
  return stretches(days)
    .map(([first, last]) => (first === last ? name(first) : last === first + 1 ? `${name(first)}, ${name(last)}` : `${name(first)}–${name(last)}`))
    .join(", ");
}

function stretches(days: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const day of [...days].sort((one, other) => one - other)) {
    const latest = found.at(-1);
    if (latest && latest[1] === day - 1) latest[1] = day;
    else found.push([day, day]);
  }
  return found;
}
