/** What a bonus scheme and a trade-in scheme promise, part by part. */

import { decimalOf, moved } from "../../../campaigns/terms/ratio";
import { digitsOf, majorOf } from "../../../campaigns/terms/wording";
import type { Bonus, TradeIn } from "./schemeDocuments";
import { listed, type Part, part, pays, period, share, something, type Speaker, where } from "./told";

/** In minor units: the most that the contract allows, which bounds nothing. */
const WITHOUT_BOUND = "1000000000";

const names = (of: readonly { name: string }[]) => of.map(({ name }) => name);

export function bonusParts(speaker: Speaker, bonus: Bonus): Part[] {
  const { t, formats: { money } } = speaker;
  return [
    part(
      t("work:agreements.parts.gives"),
      bonus.name,
      bonus.bands.map((band) => t("work:agreements.bonus.band", { from: counted(speaker, bonus, band.from), rate: rate(speaker, bonus, band.rate) })),
      bonus.bands.length > 1 && t(`work:agreements.bonus.slicing.${bonus.slicing}`),
      growth(speaker, bonus),
      bonus.most !== null && t("work:agreements.bonus.most", { money: money(bonus.most) }),
    ),
    part(
      t("work:agreements.parts.how"),
      t(`work:agreements.bonus.periods.${bonus.period}`),
      t(`work:agreements.bonus.sources.${bonus.source}`),
      t(`work:agreements.bonus.measures.${bonus.measure}`),
      t("work:agreements.bonus.wait", { count: bonus.waitDays }),
      bonus.byHand && t("work:agreements.bonus.byHand"),
    ),
    part(t("work:agreements.parts.goods"), goods(speaker, bonus)),
    part(t("work:agreements.parts.where"), bonus.partners.length > 0 && listed(speaker, names(bonus.partners))),
    part(
      t("work:agreements.parts.whom"),
      bonus.groups.length > 0 ? t("work:agreements.bonus.groups", { count: bonus.groups.length }) : t("work:agreements.bonus.firms"),
    ),
    part(t("work:agreements.parts.when"), period(speaker, bonus.startsOn, bonus.endsOn)),
    part(t("work:agreements.parts.pays"), bonus.sponsors.length > 0 && listed(speaker, names(bonus.sponsors)), t("work:agreements.bonus.asCampaigns")),
  ];
}

/** Why the reader's house is asked: it pays, or turnover counts at its tills. */
export function ownInBonus({ t, own }: Speaker, { sponsors, partners }: Bonus): string | null {
  if (sponsors.some(({ id }) => id === own)) return t("work:agreements.own.bonusPays");
  return partners.some(({ id }) => id === own) ? t("work:agreements.own.bonusCounts") : null;
}

function counted(speaker: Speaker, { measure }: Bonus, from: string): string {
  const { t, formats, currency } = speaker;
  if (measure === "VALUE") return formats.money({ amount: majorOf(from, currency), currency });
  return t("work:agreements.bonus.pieces", { count: Number(from), pieces: formats.decimal(from) });
}

/** Of value a share, of pieces so much for each. */
function rate(speaker: Speaker, { measure }: Bonus, ratio: string): string {
  const { t, formats, currency } = speaker;
  if (measure === "VALUE") return share(speaker, ratio);
  const minor = decimalOf(ratio);
  return t("work:agreements.bonus.each", { money: minor === null ? ratio : `${formats.decimal(majorOf(minor, currency), 2)} ${currency}` });
}

function growth(speaker: Speaker, bonus: Bonus): string[] {
  if (!bonus.growth) return [];
  const { t, formats: { decimal } } = speaker;
  const { bands, against, of, leastBase } = bonus.growth;
  return [
    ...bands.map((band) => t("work:agreements.bonus.growth.band", { percent: decimal(band.from), rate: rate(speaker, bonus, band.rate) })),
    t(`work:agreements.bonus.growth.against.${against}`),
    t(`work:agreements.bonus.growth.of.${of}`),
    ...(something({ amount: leastBase, currency: "" }) ? [t("work:agreements.bonus.growth.least", { base: counted(speaker, bonus, leastBase) })] : []),
  ];
}

function goods(speaker: Speaker, { makers, only, leavesOut, notTenders }: Bonus): string[] {
  const { t } = speaker;
  const wanted = [...only.categories, ...only.brands, ...only.skus];
  const left = [...leavesOut.categories, ...leavesOut.brands, ...leavesOut.skus];
  return [
    ...(makers.length > 0 ? [t("work:agreements.bonus.makers", { partners: listed(speaker, names(makers)) })] : []),
    ...(wanted.length > 0 ? [t("work:agreements.bonus.only", { what: listed(speaker, wanted) })] : []),
    ...(left.length > 0 ? [t("work:agreements.bonus.without", { what: listed(speaker, left) })] : []),
    ...(notTenders.length > 0 ? [t("work:agreements.bonus.notPaidBy", { what: listed(speaker, notTenders) })] : []),
  ];
}

export function tradeInParts(speaker: Speaker, scheme: TradeIn): Part[] {
  const { t, formats: { money } } = speaker;
  return [
    part(
      t("work:agreements.parts.gives"),
      scheme.name,
      t(`work:agreements.tradeIn.forms.${scheme.form}`),
      scheme.prices.flatMap((price) => priced(speaker, price)),
      something(scheme.least) && t("work:agreements.tradeIn.least", { money: money(scheme.least) }),
      moved(scheme.most.amount, digitsOf(scheme.most.currency)) !== WITHOUT_BOUND && t("work:agreements.tradeIn.most", { money: money(scheme.most) }),
    ),
    part(t("work:agreements.parts.consigned"), consigned(speaker, scheme)),
    where(speaker, scheme.partners, scheme.outlets),
    part(
      t("work:agreements.parts.limits"),
      scheme.mostItems > 0 &&
        (scheme.mostDays > 0
          ? t("work:agreements.tradeIn.itemsIn", { count: scheme.mostDays, items: scheme.mostItems })
          : t("work:agreements.tradeIn.items", { count: scheme.mostItems })),
      t("work:agreements.tradeIn.back", { count: scheme.reverseDays }),
    ),
    part(t("work:agreements.parts.becomes"), t(`work:agreements.tradeIn.becomes.${scheme.becomes}`)),
    pays(speaker, scheme.sponsors, scheme.form === "VOUCHER" && t("work:agreements.says.rest")),
  ];
}

function priced(speaker: Speaker, { category, prices, ages }: TradeIn["prices"][number]): string[] {
  const { t, formats } = speaker;
  const byGrade = prices.map(({ grade, money }) => `${grade} ${formats.money(money)}`).join(", ");
  const byAge = ages.map(({ months, share: part }) => t("work:agreements.tradeIn.age", { category, count: months, share: share(speaker, part) }));
  return [`${category}: ${byGrade}`, ...byAge];
}

function consigned(speaker: Speaker, { consignment }: TradeIn): string[] {
  if (!consignment) return [];
  const { t, formats: { money } } = speaker;
  const { shares, days, unsold, fallback } = consignment;
  return [
    t("work:agreements.tradeIn.sold", { count: days }),
    ...shares.map(({ above, share: part }) => t("work:agreements.tradeIn.soldFor", { money: money(above), share: share(speaker, part) })),
    t(`work:agreements.tradeIn.unsold.${unsold}`, { share: fallback === null ? "" : share(speaker, fallback) }),
  ];
}
