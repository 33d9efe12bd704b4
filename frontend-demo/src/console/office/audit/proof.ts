/**
 * Checks the proof of a statement's line (form `hansa-proof-1`, docs/proofs.md) with nothing but the proof itself, as
 * `hansa verify proof` does: hashes, sums and products, in the reader's own browser.
 */

import { equal, product, sum } from "../../../shared/exact";
import { bytesOf, fromHex, joined, sha256, toHex } from "./hashes";
import { isUnder, rootWith } from "./merkle";

const FORM = "hansa-proof-1";
const DIGEST_FORM = "hansa-settlement-2\n";
const MOVEMENT_FORM = "hansa-movement-1";
const FIELD = "\x1f";

/** In the order in which they are hashed. */
const MOVEMENT = [
  "mark",
  "kind",
  "debit",
  "credit",
  "points",
  "sponsor_id",
  "sponsor_contract_id",
  "accrual_cycle_id",
  "redeemer_id",
  "redeemer_contract_id",
  "partner_id",
] as const;

type Words = Readonly<Record<string, string>>;

interface Proof {
  form: string;
  coalition: string;
  cycle: { name: string; revision: number };
  digest: string;
  roots: { entries: string; movements: string; statements: string };
  line: Words;
  place: { index: number; size: number; path: string[] };
  movements: { size: number; found: (Words & { place: number })[]; nodes: string[] } | null;
}

export type CheckName = "digest" | "line" | "amount" | "movements" | "belong" | "points" | "published";

export interface Check {
  name: CheckName;
  holds: boolean;
}

export interface Checked {
  coalition: string;
  cycle: string;
  digest: string;
  line: Words;
  movements: number | null;
  checks: readonly Check[];
}

/** What a proof comes to; `published` is the digest that the reader's own statement carries. Null: it is no proof. */
export async function check(document: string, published: string | null): Promise<Checked | null> {
  try {
    const proof = JSON.parse(document) as Proof;
    return proof.form === FORM ? await checked(proof, published) : null;
  } catch {
    return null;
  }
}

async function checked(proof: Proof, published: string | null): Promise<Checked> {
  const { line, movements, roots } = proof;
  const root = { entries: fromHex(roots.entries), movements: fromHex(roots.movements), statements: fromHex(roots.statements) };
  const digest = toHex(await sha256(joined(bytesOf(DIGEST_FORM), root.entries, root.movements, root.statements)));
  const { index, size, path } = proof.place;
  const inStatements = await isUnder(leafOf(line), index, size, path.map(fromHex), root.statements);
  const checks: Check[] = [
    { name: "digest", holds: digest === proof.digest },
    { name: "line", holds: inStatements },
    { name: "amount", holds: comesOut(line) },
    ...(movements ? await ofMovements(movements, line, toHex(root.movements)) : []),
    ...(published === null ? [] : [{ name: "published" as const, holds: published.trim().toLowerCase() === proof.digest }]),
  ];
  return {
    coalition: proof.coalition,
    cycle: proof.cycle.name,
    digest: proof.digest,
    line,
    movements: movements ? movements.found.length : null,
    checks,
  };
}

/** A line as the statements' tree hashes it: each field as name=value, in the order of the names. */
const leafOf = (line: Words) =>
  bytesOf(["line", ...Object.keys(line).sort(byCode).map((name) => `${name}=${line[name]}`)].join(FIELD));

const byCode = (one: string, other: string) => (one < other ? -1 : Number(one > other));

/** Basis × price × share is the exact figure, and with its rounding the amount. */
function comesOut(line: Words): boolean {
  const said = (name: string) => {
    const word = line[name];
    if (word === undefined || !/^-?\d+(\.\d+)?$/.test(word)) throw new TypeError(`${name} is no figure`);
    return word;
  };
  const base = "points" in line ? times(said("points"), said("price")) : said("base");
  const exact = "share" in line ? times(base, said("share")) : base;
  return equal(exact, said("exact")) && equal(sum([exact, said("rounding")]), said("amount"));
}

const digitsOf = (value: string) => value.split(".")[1]?.length ?? 0;

/** The exact product of two decimal strings. */
export const times = (one: string, other: string): string => product(one, other, digitsOf(one) + digitsOf(other));

async function ofMovements(said: NonNullable<Proof["movements"]>, line: Words, root: string): Promise<Check[]> {
  const leaves = await Promise.all(said.found.map(async (one) => [one.place, await movementLeaf(one)] as const));
  const known = new Map(leaves);
  const rebuilt = await rootWith(said.size, said.nodes.map(fromHex), known);
  const points = sum(["0", ...said.found.map((one) => String(one.points))]);
  return [
    { name: "movements", holds: known.size === said.found.length && rebuilt !== null && toHex(rebuilt) === root },
    { name: "belong", holds: said.found.every((one) => belongs(one, line)) },
    { name: "points", holds: equal(points, line.points ?? "") },
  ];
}

const movementLeaf = (movement: Words & { place: number }) =>
  sha256(bytesOf([MOVEMENT_FORM, ...MOVEMENT.map((name) => wordOf(movement, name))].join(FIELD)));

function wordOf(movement: Words & { place: number }, name: string): string {
  const word = movement[name];
  if (typeof word !== "string") throw new TypeError(`a movement without ${name}`);
  return word;
}

const SPENDS = new Set(["REDEEM", "UNREDEEM", "REPAY"]);
const KINDS: Record<string, readonly string[]> = { ADJUST_BACK: ["ADJUST"], FEE_PER_POINT: ["ACCRUE", "ADJUST"] };

/** What a movement has to be, to be counted in a line: the same that settlement selects them by. */
function belongs(movement: Words & { place: number }, line: Words): boolean {
  const source = line["origin.source"] ?? "";
  const cycles = (line.accrual_cycle_ids ?? "").split(",");
  const ownFunding = movement.partner_id === movement.sponsor_id;
  return (
    (KINDS[source] ?? [source]).includes(movement.kind ?? "") &&
    movement.sponsor_id === line["origin.sponsor_id"] &&
    movement.sponsor_contract_id === line["origin.contract_id"] &&
    (cycles.join() === "" || cycles.includes(movement.accrual_cycle_id ?? "")) &&
    debited(movement, source) &&
    (!SPENDS.has(source) || sameRedeemer(movement, line)) &&
    (source !== "ACCRUE" || ownFunding === (line.kind !== "CO_FUNDING"))
  );
}

function debited({ debit }: Words & { place: number }, source: string): boolean {
  if (source === "ADJUST" || source === "FEE_PER_POINT") return debit === "ISSUED";
  if (source === "ADJUST_BACK") return debit !== "ISSUED";
  return source !== "CLAWBACK" || debit !== "DEBT";
}

const sameRedeemer = (movement: Words & { place: number }, line: Words) =>
  movement.redeemer_id === (line["origin.redeemer_id"] ?? "") &&
  movement.redeemer_contract_id === (line["origin.redeemer_contract_id"] ?? "");
