/** A campaign as the API shows it, as terms to be read, edited and held beside others. */

import type { LinesShown, PrizeShown, RuleShown, Whole } from "../documents";
import { clausesOf } from "./saying";
import type { BaseKind, Goods, Period, Prize, Rule, Terms, Token } from "./terms";

export function termsOf(shown: Whole): Terms {
  const { when, expiry, release, stacking, budget } = shown;
  return {
    name: shown.name,
    rule: ruleOf(ruleShown(shown)),
    goods: goodsOf(shown.lines),
    excluding: shown.lines.excluding.map(goodsOf),
    triggers: when.triggers,
    weekdays: when.weekdays,
    hours: when.hours,
    timeZone: when.timeZone,
    channels: when.channels,
    segments: when.segments.map(({ id }) => id),
    notSegments: when.notSegments.map(({ id }) => id),
    condition: clausesOf(when.condition) ?? when.condition ?? "",
    control: shown.control ?? "0",
    daysBefore: orEmpty(shown.daysBefore),
    daysAfter: shown.daysAfter === null ? "" : String(shown.daysAfter),
    partners: shown.partners.map(({ id }) => id),
    outlets: shown.outlets.map(({ id }) => id),
    tiers: shown.tiers,
    sponsors: shown.sponsors.map(({ partner, share }) => ({ partner: partner.id, share })),
    startsAt: shown.startsAt,
    endsAt: shown.endsAt,
    returnDays: shown.returnDays === null ? "" : String(shown.returnDays),
    expiry: { kind: expiry.kind, months: String(expiry.months), month: String(expiry.month), day: String(expiry.day) },
    rounding: shown.rounding,
    release: { at: release.at ?? "", weekday: String(release.weekday), days: orEmpty(release.days) },
    priority: String(shown.priority),
    stacking: { mode: stacking.mode, group: stacking.group ?? "" },
    caps: shown.caps.map((cap) => ({
      ...cap, most: String(cap.most), hours: orEmpty(cap.hours), period: cap.period as Period | null, shared: cap.shared ?? "",
    })),
    budget: budget && {
      unit: budget.points === null ? "money" : "points",
      amount: budget.points ?? budget.money?.amount ?? "",
      alert: budget.alert,
      pacing: budget.pacing,
    },
  };
}

/** The names that a campaign's own answer has for what its terms name by id. */
export function namesIn(shown: Whole): Map<string, string> {
  const lines = [shown.lines, ...shown.lines.excluding];
  const named = [
    ...shown.partners, ...shown.outlets, ...shown.when.segments, ...shown.when.notSegments,
    ...shown.sponsors.map(({ partner }) => partner),
    ...lines.flatMap(({ makers, suppliers, outlets }) => [...makers, ...suppliers, ...outlets]),
  ];
  return new Map(named.map(({ id, name }) => [id, name]));
}

const orEmpty = (count: number) => (count === 0 ? "" : String(count));

const goodsOf = ({ privateLabel, categories, departments, brands, skus, gtins, makers, suppliers, outlets }: LinesShown): Goods => ({
  privateLabel, categories, departments, brands, skus, gtins,
  makers: makers.map(({ id }) => id),
  suppliers: suppliers.map(({ id }) => id),
  outlets: outlets.map(({ id }) => id),
});

/** The one of the rule's four forms that says what its kind has. */
function ruleShown({ spending, stepped, money, won }: Whole): RuleShown {
  const said = [spending, stepped, money, won].find((one) => Object.keys(one).length > 1);
  return said as RuleShown;
}

function ruleOf(shown: RuleShown): Rule {
  const cap = "cap" in shown ? (shown.cap?.amount ?? "") : "";
  switch (shown.__typename) {
    case "SpendingRule":
      return { kind: "RATE_PER_UNIT", points: shown.rate, tenders: shown.tenders };
    case "ItemRule":
      return { kind: "PER_ITEM", points: shown.rate };
    case "FlatRule":
      return { kind: "FLAT", points: shown.points, minimum: least(shown.minimum.amount) };
    case "BandsRule":
      return { kind: "BANDS", bands: bandsOf(shown.bands) };
    case "FieldRule":
      return { kind: "PER_FIELD", field: shown.field, points: shown.rate, per: shown.per, least: shown.least, most: shown.mostCounted ?? "" };
    case "MultiplierRule":
      return { kind: "MULTIPLIER", factor: shown.factor, base: shown.base as BaseKind[] };
    case "CouponRule":
      return { kind: "COUPON_REFUND", cap };
    case "CashbackRule":
      return { kind: "CASHBACK", share: shown.rate, cap };
    case "DiscountRule": {
      const by = shown.share !== null ? "share" : shown.off ? "off" : "price";
      const value = shown.share ?? shown.off?.amount ?? shown.price?.amount ?? "";
      return { kind: "DISCOUNT", by, value, minimum: least(shown.minimum.amount), cap };
    }
    case "GiftRule":
      return { kind: "GIFT", prize: prizeOf(shown.prize), minimum: least(shown.minimum.amount) };
    case "CardRule":
      return {
        kind: "CARD", every: shown.every, prize: prizeOf(shown.prize), counted: shown.counted, bands: bandsOf(shown.bands),
        atFirst: shown.atFirst, days: orEmpty(shown.days), period: shown.period,
      };
    case "MilestonesRule":
      return {
        kind: "MILESTONES", marks: shown.marks.map(({ at, prize }) => ({ at, prize: prizeOf(prize) })), counted: shown.counted,
        bands: bandsOf(shown.bands), period: shown.period,
      };
  }
}

const least = (amount: string) => (/[1-9]/.test(amount) ? amount : "");

const bandsOf = (bands: readonly { start: { amount: string }; gives: number }[]) =>
  bands.map(({ start, gives }) => ({ start: start.amount, gives: String(gives) }));

const prizeOf = ({ points, token, wheel }: PrizeShown): Prize => ({
  points: token || wheel.length > 0 ? "" : points,
  token: tokenOf(token),
  wheel: wheel.map((slot) => ({ weight: String(slot.weight), points: slot.points, token: tokenOf(slot.token) })),
});

const tokenOf = (token: PrizeShown["token"]): Token | null => token && { ...token, days: orEmpty(token.days) };
