/** What a reward, a coupon and a joint activity promise, part by part. */

import { weekdayName } from "../../../campaigns/terms/wording";
import type { Activity, Coupon, Reward } from "./documents";
import { listed, type Part, part, pays, period, share, something, type Speaker, where, whom } from "./told";

type Step = Reward["steps"][number];

export function rewardParts(speaker: Speaker, reward: Reward): Part[] {
  const { t } = speaker;
  const { steps, prizes, limits } = reward;
  return [
    part(
      t("work:agreements.parts.gives"),
      reward.name,
      t(`rewards:kinds.${reward.kind}`),
      steps.map((one) => t("work:agreements.says.price", { price: price(speaker, one), what: worth(speaker, one, reward.charity) })),
      payment(speaker, reward.pay),
      reward.byItself && t("work:agreements.says.byItself"),
    ),
    part(t("work:agreements.parts.prizes"), prizes.map(({ winners, thing }) => `${winners} × ${thing}`)),
    part(t("work:agreements.parts.comes"), t(`work:agreements.fulfilment.${reward.fulfilment}`)),
    where(speaker, reward.partners, reward.outlets),
    whom(
      speaker,
      reward.tiers,
      reward.segments.length > 0 && t("work:agreements.says.segments", { segments: listed(speaker, reward.segments.map(({ name }) => name)) }),
    ),
    part(t("work:agreements.parts.first"), early(speaker, reward)),
    part(
      t("work:agreements.parts.when"),
      period(speaker, reward.startsAt, reward.endsAt),
      held(speaker, reward),
    ),
    part(
      t("work:agreements.parts.limits"),
      reward.stock !== null && t("work:agreements.says.stock", { count: reward.stock }),
      limits.map(({ most, per, period: every }) => {
        const whose = t(`rewards:limits.${per}`, { count: most });
        return every ? t("rewards:limits.within", { whose, period: t(`rewards:limits.periods.${every}`) }) : whose;
      }),
    ),
    pays(speaker, reward.sponsors, t("work:agreements.says.beyond")),
  ];
}

/** On which days of the week, and in which hours. */
function held(speaker: Speaker, { weekdays, hours }: Pick<Reward, "weekdays" | "hours">): string[] {
  const days = weekdays.map((one) => weekdayName(speaker.language, one));
  return [...(days.length > 0 ? [listed(speaker, days)] : []), ...hours.map(({ start, end }) => `${start} – ${end}`)];
}

function early({ t, formats: { dateTime, day }, language }: Speaker, { early: phases }: Reward): string[] {
  return phases.map(({ until, tiers }) =>
    tiers.length > 0 ? t("rewards:facts.early", { tiers: listed({ language }, tiers), day: day(until) }) : t("rewards:facts.invited", { at: dateTime(until) }),
  );
}

function price({ t, formats: { points, money } }: Speaker, { points: some, money: beside }: Step): string {
  const pure = some === "0" ? t("rewards:price.free") : t("rewards:price.points", { count: Number(some), points: points(some) });
  return something(beside) ? t("rewards:price.withMoney", { points: pure, money: money(beside) }) : pure;
}

function worth(speaker: Speaker, { name, worth: one }: Step, charity: string | null): string {
  const said = worthOf(speaker, one, charity ?? "");
  return name && name !== said ? `${name} – ${said}` : said;
}

function worthOf(speaker: Speaker, one: Step["worth"], charity: string): string {
  const { t, formats, language } = speaker;
  if (one.amount) return t("rewards:worth.amount", { money: formats.money(one.amount) });
  if (one.share !== null) {
    const off = share(speaker, one.share);
    return one.most ? t("rewards:worth.shareUpTo", { share: off, money: formats.money(one.most) }) : t("rewards:worth.share", { share: off });
  }
  if (one.articles) {
    const what = listed({ language }, [...one.articles.categories, ...one.articles.brands, ...one.articles.skus]);
    const free = what ? t(`rewards:worth.articles.${one.articles.pick}`, { what }) : t(`rewards:takes.free.${one.articles.pick}`);
    return one.most ? t("work:agreements.says.upTo", { what: free, money: formats.money(one.most) }) : free;
  }
  if (one.tickets !== null) return t("rewards:worth.tickets", { count: one.tickets });
  if (one.gift) {
    const gift = t("rewards:worth.gift", { money: formats.money(one.gift), charity });
    if (one.match === null) return gift;
    return t("work:agreements.says.matched", { gift, partner: one.matchedBy?.name ?? "", share: share(speaker, one.match) });
  }
  return one.thing ?? t("rewards:worth.voucher");
}

function payment(speaker: Speaker, pay: Reward["pay"]): string[] {
  if (!pay) return [];
  const { t, formats: { points, decimal } } = speaker;
  const rate = /^\d+$/.test(pay.pointsPerUnit) ? decimal(pay.pointsPerUnit) : pay.pointsPerUnit;
  return [
    t("rewards:pay.rate", { points: rate }),
    t("rewards:pay.from", { count: Number(pay.least), points: points(pay.least) }),
    ...(pay.inStepsOf !== "1" ? [t("rewards:pay.steps", { points: points(pay.inStepsOf) })] : []),
    ...(pay.most === null ? [] : [t("rewards:pay.most", { count: Number(pay.most), points: points(pay.most) })]),
    ...(pay.mostOfBasket === "1" ? [] : [t("rewards:pay.basket", { share: share(speaker, pay.mostOfBasket) })]),
  ];
}

export function couponParts(speaker: Speaker, coupon: Coupon): Part[] {
  const { t, formats: { money } } = speaker;
  return [
    part(
      t("work:agreements.parts.gives"),
      coupon.name,
      takes(speaker, coupon.takes),
      something(coupon.least) && t("work:agreements.coupon.least", { money: money(coupon.least) }),
    ),
    part(t("work:agreements.parts.goods"), coupon.lines && goods(speaker, coupon.lines)),
    where(speaker, coupon.partners, coupon.outlets),
    whom(speaker, coupon.tiers, coupon.segmented && t("work:agreements.says.segmented")),
    part(
      t("work:agreements.parts.when"),
      period(speaker, coupon.startsAt, coupon.endsAt),
      held(speaker, coupon),
      coupon.days !== null && t("work:agreements.coupon.days", { count: coupon.days }),
    ),
    part(
      t("work:agreements.parts.limits"),
      coupon.uses > 0 && t("work:agreements.coupon.uses", { count: coupon.uses }),
      coupon.usesInAll !== null && t("work:agreements.coupon.usesInAll", { count: coupon.usesInAll }),
    ),
    part(
      t("work:agreements.parts.codes"),
      t(`work:agreements.coupon.codes.${coupon.codes}`),
      coupon.word !== null && t("work:agreements.coupon.word", { word: coupon.word }),
      t(`work:agreements.coupon.together.${coupon.together}`),
      coupon.transferable && t("work:agreements.coupon.transferable"),
    ),
    pays(speaker, coupon.sponsors, t("work:agreements.says.rest")),
  ];
}

function goods(speaker: Speaker, { makers, skus, gtins, categories, brands, notSkus, notCategories }: NonNullable<Coupon["lines"]>): string[] {
  const { t } = speaker;
  const wanted = [...categories, ...brands, ...skus, ...gtins];
  const left = [...notCategories, ...notSkus];
  return [
    ...(makers.length > 0 ? [t("work:agreements.bonus.makers", { partners: listed(speaker, makers.map(({ name }) => name)) })] : []),
    ...(wanted.length > 0 ? [t("work:agreements.bonus.only", { what: listed(speaker, wanted) })] : []),
    ...(left.length > 0 ? [t("work:agreements.bonus.without", { what: listed(speaker, left) })] : []),
  ];
}

function takes(speaker: Speaker, off: Coupon["takes"]): string {
  const { t, formats: { money } } = speaker;
  const most = off.most && money(off.most);
  if (off.amount) return t("rewards:takes.amount", { money: money(off.amount) });
  if (off.thing !== null) return off.thing;
  if (off.share !== null) {
    const part = share(speaker, off.share);
    return most ? t("rewards:takes.shareUpTo", { share: part, money: most }) : t("rewards:takes.share", { share: part });
  }
  if (off.free) return most ? t(`rewards:takes.freeUpTo.${off.free}`, { money: most }) : t(`rewards:takes.free.${off.free}`);
  return most ? t("work:agreements.coupon.valuedUpTo", { money: most }) : t("work:agreements.coupon.valued");
}

export function activityParts(speaker: Speaker, activity: Activity): Part[] {
  const { t, formats: { dateTime } } = speaker;
  return [
    part(
      t("work:agreements.parts.gives"),
      activity.name,
      t(`work:agreements.activity.kinds.${activity.kind}`),
      activity.texts.map(({ language, name, about }) => `${language}: ${name}${about && ` – ${about}`}`),
    ),
    part(
      t("work:agreements.parts.where"),
      t("work:agreements.activity.hosts", { partners: listed(speaker, activity.hosts.map(({ name }) => name)) }),
      activity.outlet?.name ?? activity.address,
    ),
    part(
      t("work:agreements.parts.when"),
      `${dateTime(activity.startsAt)} – ${dateTime(activity.endsAt)}`,
      activity.answerUntil !== null && t("work:agreements.activity.answer", { until: dateTime(activity.answerUntil) }),
    ),
    whom(
      speaker,
      activity.tiers,
      activity.members.length > 0 && listed(speaker, activity.members.map((kind) => t(`work:agreements.activity.members.${kind}`))),
      t(activity.open ? "work:agreements.activity.open" : "work:agreements.activity.invited"),
    ),
    part(
      t("work:agreements.parts.limits"),
      t("work:agreements.activity.places", { count: activity.places }),
      activity.guests > 0 && t("work:agreements.activity.guests", { count: activity.guests }),
      activity.waiting && t("work:agreements.activity.waiting"),
      activity.placesOf.map(({ places, partner }) => t("work:agreements.activity.placesOf", { partner: partner.name, count: places })),
    ),
    pays(speaker, activity.shares, t("work:agreements.activity.costs")),
  ];
}
