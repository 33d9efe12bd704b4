import { expect, it } from "vitest";

import type { ActivityPage, Entry } from "../documents";
import { byDay, withNewest, withOlder } from "./timeline";

const entry = (version: number, occurredAt = "2026-03-02T10:00:00.000Z") => ({ version, occurredAt }) as Entry;

const page = (versions: number[], next: string | null = null): ActivityPage => ({
  nodes: versions.map((version) => entry(version)),
  pageInfo: { hasNextPage: next !== null, endCursor: next },
});

const versions = (timeline: { entries: readonly Entry[] }) => timeline.entries.map((one) => one.version);

it("what arrives comes on top, and what was read stays", () => {
  const first = withNewest(null, page([5, 4, 3], "a"));
  const more = withOlder(first, page([2, 1]));
  const now = withNewest(more, page([6, 5, 4], "b"));
  expect(versions(now)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(now.next).toBeNull();
});

it("a gap after a long absence is not papered over", () => {
  const before = withNewest(null, page([5, 4, 3], "a"));
  const now = withNewest(before, page([20, 19, 18], "b"));
  expect(versions(now)).toEqual([20, 19, 18]);
  expect(now.next).toBe("b");
});

it("the first thing that ever happens is shown", () => {
  expect(versions(withNewest(withNewest(null, page([])), page([1])))).toEqual([1]);
});

it("a page that is read twice is there once", () => {
  const first = withNewest(null, page([5, 4, 3], "a"));
  expect(versions(withOlder(withOlder(first, page([2])), page([2])))).toEqual([5, 4, 3, 2]);
});

it("an entry stands on the day it happened, though its till told late", () => {
  const day = (at: string) => at.slice(0, 10);
  const days = byDay([entry(3, "2026-03-01T10:00Z"), entry(2, "2026-03-02T09:00Z"), entry(1, "2026-03-01T08:00Z")], day);
  expect(days.map((one) => [one.key, one.entries.map((each) => each.version)])).toEqual([
    ["2026-03-02", [2]],
    ["2026-03-01", [3, 1]],
  ]);
});
