/** The sentences that can be added to a condition, by what they speak of. */

import type { Clause } from "../terms/clauses";
import type { Template } from "../terms/clauseWords";

export const TEMPLATES: readonly (readonly ["basket" | "goods" | "time" | "member" | "action", readonly Template[]])[] = [
  ["basket", ["amount", "quantity", "lines", "tender", "tenderNot", "channel", "channelNot"]],
  ["goods", ["goods", "goodsNot", "goodsOnly", "goodsAmount", "goodsUnits", "ownBrand", "ownBrandNot"]],
  ["time", ["weekday", "weekdayNot", "hours", "monthDay", "monthDayNot", "month", "monthNot"]],
  ["member", ["tier", "tierNot", "memberDays", "joinedThisMonth", "anniversary"]],
  ["action", ["actionNumber", "actionText", "actionTextNot", "actionTruth", "actionTruthNot"]],
];

const of = (...abouts: string[]): ReadonlySet<Template> =>
  new Set(TEMPLATES.filter(([about]) => abouts.includes(about)).flatMap(([, templates]) => templates));

export const PURCHASE_TEMPLATES = of("basket", "goods", "time", "member");
export const ACTION_TEMPLATES = of("action", "time", "member");

export function newClause(template: Template): Clause {
  const not = template.endsWith("Not");
  const kind = (not ? template.slice(0, -"Not".length) : template) as Template;
  switch (kind) {
    case "goods":
      return { kind, field: "category", values: [], not };
    case "goodsOnly":
      return { kind, field: "category", values: [] };
    case "goodsAmount":
      return { kind: "goodsSum", field: "category", values: [], summed: "amount", how: ">=", number: "" };
    case "goodsUnits":
      return { kind: "goodsSum", field: "category", values: [], summed: "units", how: ">=", number: "" };
    case "ownBrand":
      return { kind, not };
    case "tender":
      return { kind, value: "", not };
    case "channel":
    case "tier":
      return { kind, values: [], not };
    case "weekday":
    case "monthDay":
    case "month":
      return { kind, numbers: [], not };
    case "hours":
      return { kind, from: 16, until: 18 };
    case "joinedThisMonth":
    case "anniversary":
      return { kind };
    case "actionNumber":
      return { kind, field: "", how: ">=", number: "" };
    case "actionText":
      return { kind, field: "", values: [], not };
    case "actionTruth":
      return { kind, field: "", not };
    default:
      return { kind: kind as "amount", how: kind === "memberDays" ? "<=" : ">=", number: "" };
  }
}
