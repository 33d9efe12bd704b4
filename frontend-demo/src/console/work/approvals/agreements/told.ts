/** Terms told part by part, and what all sorts of them have in common. */

import type { TFunction } from "i18next";

import { type Amount, type Formats, lastMoment } from "../../../../shared/formats";
import { decimalOf } from "../../../campaigns/terms/ratio";

/** A sentence, and what it is made of. */
export interface Sentence {
  says: string;
  of: readonly Sentence[];
}

export interface Part {
  name: string;
  says: readonly Sentence[];
}

/** Terms as they are shown: who agrees, agrees to this fingerprint. */
export interface Shown {
  fingerprint: string;
  parts: readonly Part[];
  /** Of the version that is live, or was last. */
  before: readonly Part[] | null;
  /** What the reader's house would bear, in words. */
  own: string | null;
}

export interface Speaker {
  t: TFunction<["work", "rewards"]>;
  formats: Formats;
  language: string;
  currency: string;
  /** The reader's house. */
  own: string | null;
}

/** Sentences of a part; what is not said is left out. */
export const part = (name: string, ...says: readonly (string | null | false | readonly string[])[]): Part => ({
  name,
  says: says.flatMap((one) => (one ? one : [])).map((one) => ({ says: one, of: [] })),
});

/** A share of one as per cent, or as the ratio that it is where it never ends. */
export const share = ({ formats }: Pick<Speaker, "formats">, ratio: string): string => {
  const decimal = decimalOf(ratio);
  return decimal === null ? ratio : formats.percent(decimal);
};

export const listed = ({ language }: Pick<Speaker, "language">, names: readonly string[]): string =>
  new Intl.ListFormat(language === "en" ? "en-GB" : language, { type: "conjunction" }).format(names);

const names = (of: readonly { name: string }[]) => of.map(({ name }) => name);

export const where = (speaker: Speaker, partners: readonly { name: string }[], outlets: readonly { name: string }[]): Part =>
  part(
    speaker.t("work:agreements.parts.where"),
    partners.length > 0 && listed(speaker, names(partners)),
    outlets.length > 0 && speaker.t("work:agreements.says.outlets", { outlets: listed(speaker, names(outlets)) }),
  );

export const whom = (speaker: Speaker, tiers: readonly string[], ...more: readonly (string | false)[]): Part => {
  const { t } = speaker;
  const said = part(t("work:agreements.parts.whom"), tiers.length > 0 && t("work:agreements.says.tiers", { tiers: listed(speaker, tiers) }), ...more);
  return said.says.length > 0 ? said : part(said.name, t("work:agreements.says.everybody"));
};

/** An end is the last day on which it holds. */
export function period({ t, formats: { day } }: Pick<Speaker, "t" | "formats">, from: string | null, end: string | null): string {
  const until = end === null ? "" : day(lastMoment(end));
  if (from === null) return end === null ? t("work:agreements.period.always") : t("work:agreements.period.until", { until });
  return end === null ? t("work:agreements.period.from", { from: day(from) }) : t("work:agreements.period.both", { from: day(from), until });
}

export interface Sponsor {
  share: string;
  partner: { id: string; name: string };
}

export const pays = (speaker: Speaker, sponsors: readonly Sponsor[], ...more: readonly (string | false)[]): Part =>
  part(
    speaker.t("work:agreements.parts.pays"),
    sponsors.map(({ share: ratio, partner }) => speaker.t("work:agreements.says.pays", { partner: partner.name, share: share(speaker, ratio) })),
    ...more,
  );

export function ownShare(speaker: Speaker, sponsors: readonly Sponsor[]): string | null {
  const found = sponsors.find(({ partner }) => partner.id === speaker.own);
  return found ? speaker.t("work:agreements.own.share", { share: share(speaker, found.share) }) : null;
}

export const something = ({ amount }: Amount): boolean => /[1-9]/.test(amount);

const alike = (one: Sentence, other: Sentence) => JSON.stringify(one) === JSON.stringify(other);

export interface Compared {
  name: string;
  says: readonly { one: Sentence; mark: "came" | "went" | null }[];
}

/** What is said now, and what was said before and is no more, part by part; parts in which nobody says anything are left out. */
export function compared(now: readonly Part[], before: readonly Part[] | null): Compared[] {
  const was = new Map(before?.map(({ name, says }) => [name, says]));
  const parts = [...now, ...(before ?? []).filter(({ name }) => now.every((one) => one.name !== name)).map(({ name }) => ({ name, says: [] }))];
  return parts
    .map(({ name, says }) => {
      const old = was.get(name) ?? [];
      const came = before ? says.filter((one) => !old.some((other) => alike(one, other))) : [];
      const went = old.filter((one) => !says.some((other) => alike(one, other)));
      return {
        name,
        says: [
          ...says.map((one) => ({ one, mark: came.includes(one) ? ("came" as const) : null })),
          ...went.map((one) => ({ one, mark: "went" as const })),
        ],
      };
    })
    .filter(({ says }) => says.length > 0);
}
