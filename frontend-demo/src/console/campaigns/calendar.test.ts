import { expect, it } from "vitest";

import { bars, monthsIn } from "./calendar";
import type { CampaignRow } from "./documents";
import { gather, meant, stands } from "./gathered";
import { beginningOf, dayAt, daysFrom, plusDays } from "./terms/days";

const who = (slug: string) => ({ id: slug, slug, name: slug.toUpperCase(), hue: 1 });
const row = (id: string, startsAt: string, endsAt: string | null, more: Partial<CampaignRow> = {}): CampaignRow => ({
  id, version: 1, state: "LIVE", name: id, kind: "FLAT", startsAt, endsAt, liveFrom: startsAt, liveUntil: null, owner: who("shop"),
  sponsors: [{ share: "1", partner: who("shop") }], awaiting: [], budget: null, ...more,
});
const at = (day: string) => `2017-${day}T00:00:00Z`;

it("campaigns that overlap lie in lanes of their own, and one that follows another in the same", () => {
  const found = bars(gather([row("a", at("01-01"), at("02-01")), row("b", at("01-10"), null), row("c", at("02-01"), at("03-01"))]), at("01-01"), at("03-02"));
  expect(found[0]?.bars.map(({ campaign, lane }) => [campaign.id, lane])).toEqual([["a", 0], ["b", 1], ["c", 0]]);
  expect(found[0]?.lanes).toBe(2);
  expect(found[0]?.bars[1]).toMatchObject({ until: 1, after: true, before: false });
});

it("what is over or not yet begun is not in the stretch", () => {
  expect(bars(gather([row("a", at("01-01"), at("02-01")), row("b", at("05-01"), null)]), at("02-01"), at("05-01"))).toEqual([]);
});

it("a campaign is live while its next version is written", () => {
  const [campaign] = gather([row("a", at("01-01"), null), row("a", at("01-01"), null, { version: 2, state: "DRAFT", awaiting: [{ id: "maker" }] })]);
  expect(campaign && [stands(campaign, "LIVE", null), stands(campaign, "DRAFT", null), stands(campaign, "asked", who("maker"))]).toEqual([true, true, true]);
});

it("words find campaigns by name, owner and kind", () => {
  const all = gather([row("Milk days", at("01-01"), null), row("Wine", at("01-01"), null, { owner: who("maker"), kind: "MULTIPLIER" })]);
  const found = (words: string) => meant(all, words, (kind) => kind).map(({ id }) => id);
  expect(found("milk")).toEqual(["Milk days"]);
  expect(found("owner:mak kind:mult")).toEqual(["Wine"]);
  expect(found("sponsor:shop")).toHaveLength(2);
});

it("days begin by the coalition's clock, also where it is put on", () => {
  expect(beginningOf("2017-01-05", "America/New_York")).toBe("2017-01-05T05:00:00.000Z");
  expect(beginningOf("2017-03-13", "America/New_York")).toBe("2017-03-13T04:00:00.000Z");
  expect(beginningOf("2017-03-12", "America/New_York")).toBe("2017-03-12T05:00:00.000Z");
  expect(beginningOf("2026-03-29", "Europe/Riga")).toBe("2026-03-28T22:00:00.000Z");
  expect(dayAt("2017-01-05T04:59:00Z", "America/New_York")).toBe("2017-01-04");
  expect([plusDays("2016-12-31", 1), daysFrom("2017-01-01", "2017-03-01")]).toEqual(["2017-01-01", 59]);
  expect(monthsIn("2017-01-15", "2017-04-01")).toEqual(["2017-02-01", "2017-03-01", "2017-04-01"]);
});
