import type { TFunction } from "i18next";
import { describe, expect, it } from "vitest";

import { formats } from "../../../../shared/formats";
import type { Reward } from "./documents";
import { rewardParts } from "./offers";
import type { Bonus } from "./schemeDocuments";
import { bonusParts, ownInBonus } from "./schemes";
import { compared, ownShare, part, period, share, type Speaker } from "./told";

/** Says which words it was asked for, and with what. */
const t = ((key: string, told?: object) => (told ? `${key} ${JSON.stringify(told)}` : key)) as unknown as TFunction<["work", "rewards"]>;
const speaker: Speaker = { t, formats: formats("en", "Europe/Riga", new Date("2017-02-20")), language: "en", currency: "EUR", own: "maker" };

describe("held against the version before", () => {
  const before = [part("gives", "100 points: a mug"), part("limits", "2 for each member")];

  it("marks what is new and what is gone", () => {
    const now = [part("gives", "100 points: a mug", "200 points: a jug"), part("where")];
    expect(compared(now, before).map(({ name, says }) => [name, says.map(({ one, mark }) => [one.says, mark])])).toEqual([
      ["gives", [["100 points: a mug", null], ["200 points: a jug", "came"]]],
      ["limits", [["2 for each member", "went"]]],
    ]);
  });

  it("marks nothing where there was no version before", () => {
    expect(compared(before, null).flatMap(({ says }) => says.map(({ mark }) => mark))).toEqual([null, null]);
  });
});

describe("terms", () => {
  it("say shares in per cent, and as the ratio where that never ends", () => {
    expect(share(speaker, "2/5")).toBe("40%");
    expect(share(speaker, "1/3")).toBe("1/3");
  });

  it("end on the last day on which they hold", () => {
    expect(period(speaker, "2017-06-01T00:00:00+03:00", "2017-07-01T00:00:00+03:00")).toContain('{"from":"1 Jun","until":"30 Jun"}');
    expect(period(speaker, null, null)).toBe("work:agreements.period.always");
  });

  it("name the reader's own share, and none where it has none", () => {
    const sponsors = [{ share: "3/5", partner: { id: "maker", name: "Maker" } }];
    expect(ownShare(speaker, sponsors)).toContain('"share":"60%"');
    expect(ownShare({ ...speaker, own: "shop" }, sponsors)).toBeNull();
  });

  it("of a reward say each way to have it, with money beside points", () => {
    const worth = { thing: "A mug", tickets: null, share: null, match: null, articles: null, amount: null, most: null, gift: null, matchedBy: null };
    const euros = (amount: string) => ({ amount, currency: "EUR" });
    const reward = {
      name: "Mugs", kind: "GIFT", charity: null, byItself: false, fulfilment: "SENT", startsAt: "2017-01-01T00:00:00Z", endsAt: null,
      tiers: [], weekdays: [1], hours: [], prizes: [], pay: null, segments: [], early: [], partners: [{ name: "Shop" }], outlets: [], fingerprint: "f",
      limits: [{ most: 2, per: "MEMBER", period: "MONTH" }], sponsors: [],
      steps: [{ name: "", points: "100", money: euros("0.00"), worth }, { name: "", points: "10", money: euros("3.50"), worth }],
    } as unknown as Reward;
    const said = new Map(compared(rewardParts(speaker, reward), null).map(({ name, says }) => [name, says.map(({ one }) => one.says)]));
    expect(said.get("work:agreements.parts.gives")?.filter((one) => one.includes("A mug"))).toHaveLength(2);
    expect(said.get("work:agreements.parts.gives")?.join()).toContain("€3.50");
    expect(said.get("work:agreements.parts.when")?.[1]).toBe("Monday");
    expect(said.has("work:agreements.parts.first")).toBe(false);
  });

  it("of a bonus scheme count money from minor units and pieces as they are", () => {
    const articles = { skus: [], categories: [], brands: [] };
    const bonus = {
      name: "Bonus", startsOn: "2017-01-01", endsOn: null, period: "QUARTER", measure: "VALUE", source: "PURCHASES", slicing: "MARGINAL", waitDays: 14,
      byHand: false, notTenders: [], groups: [], growth: null, partners: [{ id: "maker", name: "Maker" }], sponsors: [], makers: [], only: articles,
      leavesOut: articles, most: null, bands: [{ from: "100000", rate: "1/50" }],
    } as unknown as Bonus;
    expect(JSON.stringify(bonusParts(speaker, bonus))).toContain("€1,000.00");
    expect(JSON.stringify(bonusParts(speaker, bonus))).toContain("2%");
    const pieces = bonusParts(speaker, { ...bonus, measure: "QUANTITY", bands: [{ from: "12", rate: "5/2" }] });
    expect(JSON.stringify(pieces)).toContain("0.025 EUR");
    expect(ownInBonus(speaker, bonus)).toBe("work:agreements.own.bonusCounts");
  });
});
