import { expect, it } from "vitest";

import { leafHash, rootWith } from "./merkle";
import { bytesOf, toHex } from "./hashes";
import { check, times } from "./proof";
import proofs from "./proofs.fixture.json";

type Named = keyof typeof proofs;
const names = Object.keys(proofs) as Named[];
const written = (name: Named) => structuredClone(proofs[name]) as (typeof proofs)["redeem"];
const verdict = async (proof: unknown, published: string | null = null) =>
  Object.fromEntries((await check(JSON.stringify(proof), published))?.checks.map((one) => [one.name, one.holds]) ?? []);

it.each(names)("finds every step of a proof that the server made to hold: %s", async (name) => {
  const proof = written(name);
  const checked = await check(JSON.stringify(proof), proof.digest.toUpperCase());
  expect(checked?.checks.every((one) => one.holds)).toBe(true);
  expect(checked?.checks.at(-1)).toEqual({ name: "published", holds: true });
});

it("finds movements under lines of points, and none under amounts", async () => {
  expect((await check(JSON.stringify(written("redeem")), null))?.movements).toBe(proofs.redeem.movements.found.length);
  expect((await check(JSON.stringify(written("share")), null))?.movements).toBeNull();
});

it("tells that a line was altered", async () => {
  const proof = written("redeem");
  proof.line.amount = times(proof.line.amount, "2");
  expect(await verdict(proof)).toMatchObject({ digest: true, line: false, amount: false });
});

it("tells that a line was altered with all its figures", async () => {
  const proof = written("redeem");
  Object.assign(proof.line, { points: "42", exact: times("2", proof.line.exact), rounding: times("2", proof.line.rounding), amount: times("2", proof.line.amount) });
  expect(await verdict(proof)).toMatchObject({ line: false, amount: true, points: false });
});

it("tells that a movement was altered, left out or told twice", async () => {
  const altered = written("redeem");
  const first = altered.movements.found[0];
  if (first) first.points = String(Number(first.points) + 1);
  expect(await verdict(altered)).toMatchObject({ movements: false, points: false });

  const short = written("redeem");
  short.movements.found.pop();
  expect(await verdict(short)).toMatchObject({ movements: false, points: false });

  const twice = written("redeem");
  twice.movements.found.push(...twice.movements.found.slice(0, 1));
  expect(await verdict(twice)).toMatchObject({ movements: false, points: false });
});

it("tells that a movement belongs under another line", async () => {
  const proof = written("clawback");
  proof.line["origin.sponsor_id"] = "00000000-0000-0000-0000-000000000000";
  expect(await verdict(proof)).toMatchObject({ belong: false, movements: true, line: false });
});

it("tells that a root, a place or the digest is another", async () => {
  const root = written("redeem");
  root.roots.entries = "00".repeat(32);
  expect(await verdict(root)).toMatchObject({ digest: false, line: true });

  const place = written("redeem");
  place.place.index += 1;
  expect(await verdict(place)).toMatchObject({ line: false });

  expect(await verdict(written("redeem"), "ff".repeat(32))).toMatchObject({ digest: true, published: false });
});

it("takes nothing for a proof that is none", async () => {
  for (const text of ["", "{}", "not json", JSON.stringify({ ...proofs.redeem, form: "another" }), JSON.stringify({ form: "hansa-proof-1" })]) {
    expect(await check(text, null)).toBeNull();
  }
});

it("rebuilds a root from some leaves and the subtrees without them, and refuses what does not fit", async () => {
  const leaf = bytesOf("one");
  const root = await rootWith(1, [], new Map([[0, leaf]]));
  expect(root && toHex(root)).toBe(toHex(await leafHash(leaf)));
  expect(await rootWith(1, [await leafHash(leaf)], new Map([[0, leaf]]))).toBeNull();
  expect(await rootWith(2, [], new Map([[0, leaf]]))).toBeNull();
  expect(await rootWith(2, [], new Map([[5, leaf]]))).toBeNull();
});

it("multiplies decimals exactly", () => {
  expect(times("240", "0.0085")).toBe("2.0400");
  expect(times("-1.5", "0.02")).toBe("-0.030");
});
