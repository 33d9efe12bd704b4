/** What a typed expression says, as sentences; null where sentences cannot say it. */

import { type Comparison, type Tree, treeOf } from "./cel";
import { type Clause, everything, GOODS, type GoodsField, type Group, HOW, type How, type Part, SUMMED, type Summed } from "./clauses";

export function clausesOf(expression: string | null): Group | null {
  if (expression === null || expression.trim() === "") return everything;
  const tree = treeOf(expression);
  const part = tree && partOf(tree);
  if (!part) return null;
  return part.kind === "group" ? part : { kind: "group", how: "all", of: [part] };
}

function partOf(tree: Tree): Part | null {
  const clause = clauseOf(tree);
  if (clause) return clause;
  if (tree.is === "all" || tree.is === "any") return groupOf(tree.is, tree.of);
  if (tree.is === "not" && tree.of.paren) return groupOf("none", tree.of.is === "any" ? tree.of.of : [tree.of]);
  return null;
}

function groupOf(how: Group["how"], trees: readonly Tree[]): Group | null {
  const of = trees.map(partOf);
  return of.every((part) => part !== null) ? { kind: "group", how, of } : null;
}

function clauseOf(tree: Tree): Clause | null {
  if (tree.is === "not") return negatedOf(tree.of);
  if (tree.is === "all") return anniversaryOf(tree);
  if (tree.is === "call") return askedOf(tree, false);
  if (tree.is === "name") return truthOf(tree.path, false);
  return tree.is === "compared" ? comparedOf(tree.by, tree.left, tree.right) : null;
}

function negatedOf(tree: Tree): Clause | null {
  if (tree.is === "call") return tree.paren ? null : askedOf(tree, true);
  if (tree.is === "name" && !tree.paren) return truthOf(tree.path, true);
  if (tree.is !== "compared" || tree.by !== "in") return null;
  const clause = comparedOf("in", tree.left, tree.right);
  return clause && "not" in clause ? { ...clause, not: true } : null;
}

const ACTION = "action.";

const truthOf = (path: string, not: boolean): Clause | null =>
  path.startsWith(ACTION) ? { kind: "actionTruth", field: path.slice(ACTION.length), not } : null;

function comparedOf(by: Comparison, left: Tree, right: Tree): Clause | null {
  if (by === "in" && left.is === "text" && isName(right, "purchase.tenders")) {
    return { kind: "tender", value: left.value, not: false };
  }
  if (isPart(left, "month", "member.joined") && isPart(right, "month", "at") && by === "==") return { kind: "joinedThisMonth" };
  const how = HOW.find((one) => one === by);
  if (right.is === "number" && how) {
    const clause = countedOf(left, how, right.value.toString());
    if (clause) return clause;
  }
  return amongOf(by, left, right);
}

function countedOf(left: Tree, how: How, number: string): Clause | null {
  if (isName(left, "purchase.amount")) return { kind: "amount", how, number };
  if (isName(left, "purchase.quantity")) return { kind: "quantity", how, number };
  if (left.is === "name" && left.path.startsWith(ACTION)) {
    return { kind: "actionNumber", field: left.path.slice(ACTION.length), how, number };
  }
  if (left.is !== "call") return null;
  if (left.of === "size" && !left.on && isName(left.with[0], "lines")) return { kind: "lines", how, number };
  if (left.of === "daysBetween" && isName(left.with[0], "member.joined") && isName(left.with[1], "at")) {
    return { kind: "memberDays", how, number };
  }
  return summedOf(left, how, number);
}

function summedOf(call: Tree & { is: "call" }, how: How, number: string): Clause | null {
  const filter = call.on;
  if (call.of !== "sum" || filter?.is !== "call" || filter.of !== "filter" || !isName(filter.on, "lines")) return null;
  const [each, what] = call.with;
  const summed = SUMMED.find((one): one is Summed => each?.is === "name" && isName(what, `${each.path}.${one}`));
  const goods = goodsOf(filter.with);
  return summed && goods ? { kind: "goodsSum", ...goods, summed, how, number } : null;
}

/** What is asked of the lines. */
function askedOf(call: Tree & { is: "call" }, not: boolean): Clause | null {
  if (!isName(call.on, "lines")) return null;
  const [each, asked] = call.with;
  const goods = goodsOf(call.with);
  if (call.of === "all") return goods && !not ? { kind: "goodsOnly", ...goods } : null;
  if (call.of !== "exists") return null;
  if (each?.is === "name" && isName(asked, `${each.path}.private_label`)) return { kind: "ownBrand", not };
  return goods && { kind: "goods", ...goods, not };
}

function goodsOf([each, asked, more]: readonly (Tree | undefined)[]): { field: GoodsField; values: string[] } | null {
  if (each?.is !== "name" || asked?.is !== "compared" || asked.left.is !== "name" || more) return null;
  const { left, by, right } = asked;
  const field = GOODS.find((one) => left.path === `${each.path}.${one}`);
  const values = by === "==" || by === "in" ? textsOf(by, right) : null;
  return field && values ? { field, values } : null;
}

function amongOf(by: Comparison, left: Tree, right: Tree): Clause | null {
  if (by !== "==" && by !== "!=" && by !== "in") return null;
  const not = by === "!=";
  const values = textsOf(by, right);
  if (left.is === "name" && values) {
    if (left.path === "purchase.channel") return { kind: "channel", values, not };
    if (left.path === "member.tier") return { kind: "tier", values, not };
    if (left.path.startsWith(ACTION)) return { kind: "actionText", field: left.path.slice(ACTION.length), values, not };
  }
  const numbers = numbersOf(by, right);
  if (!numbers) return null;
  if (isPart(left, "hour", "at")) return by === "in" ? hoursOf(numbers) : null;
  if (isPart(left, "weekday", "at")) return { kind: "weekday", numbers, not };
  if (isPart(left, "day", "at")) return { kind: "monthDay", numbers, not };
  if (isPart(left, "month", "at")) return { kind: "month", numbers, not };
  return null;
}

function hoursOf(numbers: readonly number[]): Clause | null {
  const [from] = numbers;
  if (from === undefined || numbers.some((hour, place) => hour !== (from + place) % 24) || from > 23) return null;
  return numbers.length > 24 ? null : { kind: "hours", from, until: (from + numbers.length) % 24 };
}

function anniversaryOf({ of }: Tree & { is: "all" | "any" }): Clause | null {
  const [month, day] = of;
  if (of.length !== 2 || month?.is !== "compared" || day?.is !== "compared") return null;
  const same = (compared: Tree & { is: "compared" }, part: string) =>
    compared.by === "==" && isPart(compared.left, part, "member.joined") && isPart(compared.right, part, "at");
  return same(month, "month") && same(day, "day") ? { kind: "anniversary" } : null;
}

const isName = (tree: Tree | null | undefined, path: string) => tree?.is === "name" && tree.path === path;

const isPart = (tree: Tree, of: string, at: string) =>
  tree.is === "call" && tree.of === of && tree.on === null && tree.with.length === 1 && isName(tree.with[0], at);

function textsOf(by: Comparison, right: Tree): string[] | null {
  const trees = by === "in" ? (right.is === "list" ? right.of : []) : [right];
  const texts = trees.flatMap((tree) => (tree.is === "text" ? [tree.value] : []));
  return texts.length > 0 && texts.length === trees.length ? texts : null;
}

function numbersOf(by: Comparison, right: Tree): number[] | null {
  const trees = by === "in" ? (right.is === "list" ? right.of : []) : [right];
  const numbers = trees.flatMap((tree) => (tree.is === "number" ? [Number(tree.value)] : []));
  return numbers.length > 0 && numbers.length === trees.length ? numbers : null;
}
