/** Terms as the API takes them. What is no number is sent as it is typed, and refused with its place. */

import type { RuleInput } from "../documents";
import { expressionOf, finished } from "./clauses";
import { anyGoods, type Band, type Goods, type Input, type Prize, type Rule, type Terms, type Token } from "./terms";

export function inputOf(terms: Terms): Input {
  const { expiry, release, stacking, budget } = terms;
  return {
    name: terms.name.trim(),
    rule: ruleInput(terms.rule),
    when: {
      triggers: terms.triggers,
      weekdays: terms.weekdays,
      hours: terms.hours,
      timeZone: terms.timeZone,
      channels: terms.channels,
      segments: terms.segments,
      notSegments: terms.notSegments,
      condition: conditionOf(terms),
      control: terms.control || "0",
      daysBefore: whole(terms.daysBefore),
      daysAfter: terms.daysAfter === "" ? null : whole(terms.daysAfter),
    },
    lines: { ...linesInput(terms.goods), excluding: terms.excluding.map(linesInput) },
    partners: terms.partners,
    outlets: terms.outlets,
    tiers: terms.tiers,
    sponsors: terms.sponsors,
    startsAt: terms.startsAt,
    endsAt: terms.endsAt,
    returnDays: terms.returnDays === "" ? null : whole(terms.returnDays),
    expiry: { kind: expiry.kind, months: whole(expiry.months), month: whole(expiry.month), day: whole(expiry.day) },
    rounding: terms.rounding,
    release: { at: release.at || null, weekday: whole(release.weekday), days: whole(release.days) },
    priority: whole(terms.priority),
    stacking: { mode: stacking.mode, group: stacking.group || null },
    caps: terms.caps.map((cap) => ({ ...cap, most: whole(cap.most), hours: whole(cap.hours), shared: cap.shared || null })),
    budget: budget && {
      [budget.unit]: figure(budget.amount),
      alert: budget.alert,
      pacing: budget.pacing,
    },
  };
}

/** The condition's expression; null where nothing more is asked. */
export const conditionOf = ({ condition }: Terms): string | null =>
  typeof condition === "string" ? condition.trim() || null : expressionOf(finished(condition));

/** A whole number for the contract; what is none becomes one that it refuses at its place. */
const whole = (typed: string): number => (typed.trim() === "" ? 0 : /^-?\d{1,9}$/.test(typed.trim()) ? Number(typed) : -1);

const figure = (typed: string): string => typed.trim().replace(",", ".") || "0";
const orNull = (typed: string): string | null => (typed.trim() === "" ? null : figure(typed));

const linesInput = (goods: Goods) => ({ ...anyGoods, ...goods });

function ruleInput(rule: Rule): RuleInput {
  switch (rule.kind) {
    case "RATE_PER_UNIT":
      return { ratePerUnit: { points: figure(rule.points), tenders: rule.tenders } };
    case "PER_ITEM":
      return { perItem: { points: figure(rule.points) } };
    case "FLAT":
      return { flat: { points: figure(rule.points), minimum: figure(rule.minimum) } };
    case "BANDS":
      return { bands: { bands: bandsInput(rule.bands) } };
    case "PER_FIELD":
      return {
        perField: { field: rule.field, points: figure(rule.points), per: figure(rule.per), least: figure(rule.least), most: orNull(rule.most) },
      };
    case "MULTIPLIER":
      return { multiplier: { factor: figure(rule.factor), base: rule.base } };
    case "COUPON_REFUND":
      return { couponRefund: { cap: orNull(rule.cap) } };
    case "CASHBACK":
      return { cashback: { share: figure(rule.share), cap: orNull(rule.cap) } };
    case "DISCOUNT":
      return { discount: { [rule.by]: figure(rule.value), minimum: figure(rule.minimum), cap: orNull(rule.cap) } };
    case "GIFT":
      return { gift: { prize: prizeInput(rule.prize), minimum: figure(rule.minimum) } };
    case "CARD":
      return {
        card: {
          every: figure(rule.every), prize: prizeInput(rule.prize), counted: rule.counted, bands: bandsInput(rule.bands),
          atFirst: rule.atFirst, days: whole(rule.days), period: rule.period,
        },
      };
    case "MILESTONES":
      return {
        milestones: {
          marks: rule.marks.map(({ at, prize }) => ({ at: figure(at), prize: prizeInput(prize) })),
          counted: rule.counted, bands: bandsInput(rule.bands), period: rule.period,
        },
      };
  }
}

const bandsInput = (bands: readonly Band[]) => bands.map(({ start, gives }) => ({ start: figure(start), gives: whole(gives) }));

const tokenInput = (token: Token | null) => token && { ...token, days: whole(token.days) };

const prizeInput = ({ points, token, wheel }: Prize) => ({
  points: figure(points),
  token: tokenInput(token),
  wheel: wheel.map((slot) => ({ weight: whole(slot.weight), points: figure(slot.points), token: tokenInput(slot.token) })),
});
