/** One sentence for each clause of a condition: to be read, and to be filled in. */

import { type Clause, type Group, isGroup, type Part } from "./clauses";
import { anyOf, figure, hourName, minorMoney, monthName, type Speaker, weekdayName } from "./wording";

/** A clause and its opposite are two sentences. */
export type Template =
  | "amount" | "quantity" | "lines" | "memberDays" | "goods" | "goodsNot" | "goodsOnly" | "goodsAmount" | "goodsUnits"
  | "ownBrand" | "ownBrandNot" | "tender" | "tenderNot" | "channel" | "channelNot" | "tier" | "tierNot" | "weekday" | "weekdayNot"
  | "monthDay" | "monthDayNot" | "month" | "monthNot" | "hours" | "joinedThisMonth" | "anniversary" | "actionNumber"
  | "actionText" | "actionTextNot" | "actionTruth" | "actionTruthNot";
export type Place = "how" | "amount" | "number" | "field" | "values" | "from" | "until";

export function templateOf(clause: Clause): Template {
  if (clause.kind === "goodsSum") return clause.summed === "amount" ? "goodsAmount" : "goodsUnits";
  return ("not" in clause && clause.not ? `${clause.kind}Not` : clause.kind) as Template;
}

/** What stands in a sentence's places, in words. */
export function placesOf(clause: Clause, speaker: Speaker): Partial<Record<Place, string>> {
  const { t, language } = speaker;
  const how = "how" in clause ? { how: t(`how.${clause.how}`) } : {};
  const values = "values" in clause ? { values: anyOf(speaker, clause.values) || "…" } : {};
  switch (clause.kind) {
    case "amount":
      return { ...how, amount: minorMoney(speaker, clause.number) };
    case "goodsSum": {
      const goods = { ...how, ...values, field: t(`fields.${clause.field}`) };
      return clause.summed === "amount" ? { ...goods, amount: minorMoney(speaker, clause.number) } : { ...goods, number: figure(speaker, clause.number) };
    }
    case "goods":
    case "goodsOnly":
      return { ...values, field: t(`fields.${clause.field}`) };
    case "tender":
      return { values: clause.value || "…" };
    case "weekday":
      return { values: anyOf(speaker, clause.numbers.map((day) => weekdayName(language, day))) || "…" };
    case "month":
      return { values: anyOf(speaker, clause.numbers.map((month) => monthName(language, month))) || "…" };
    case "monthDay":
      return { values: anyOf(speaker, clause.numbers.map(String)) || "…" };
    case "hours":
      return { from: hourName(clause.from), until: hourName(clause.until) };
    case "actionText":
      return { ...values, field: clause.field || "…" };
    case "actionNumber":
      return { ...how, field: clause.field || "…", number: figure(speaker, clause.number) };
    case "actionTruth":
      return { field: clause.field || "…" };
    default:
      return { ...how, ...values, ...("number" in clause && { number: figure(speaker, clause.number) }) };
  }
}

export const clauseTold = (clause: Clause, speaker: Speaker): string =>
  speaker.t(`clauses.${templateOf(clause)}`, placesOf(clause, speaker) as Record<Place, string>);

export interface ToldPart {
  says: string;
  /** Sentences of a group, below what it says of them. */
  of: ToldPart[];
}

export const partTold = (part: Part, speaker: Speaker): ToldPart =>
  isGroup(part) ? groupTold(part, speaker) : { says: clauseTold(part, speaker), of: [] };

const groupTold = ({ how, of }: Group, speaker: Speaker): ToldPart => ({
  says: speaker.t(`groups.${how}`),
  of: of.map((part) => partTold(part, speaker)),
});

/** The sentences of a whole condition. */
export const conditionTold = (condition: Group, speaker: Speaker): ToldPart[] =>
  condition.how === "all" ? condition.of.map((part) => partTold(part, speaker)) : condition.of.length ? [groupTold(condition, speaker)] : [];
