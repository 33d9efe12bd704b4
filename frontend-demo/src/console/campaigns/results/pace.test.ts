import { expect, it } from "vitest";

import { lastsUntil } from "./pace";

const pace = { whole: "1000", used: "250", left: "750", since: "2017-01-01T00:00:00Z", asOf: "2017-01-11T00:00:00Z", endsAt: null };

it("a quarter used in ten days lasts for thirty more", () => {
  expect(lastsUntil(pace)).toEqual(new Date("2017-02-10T00:00:00Z"));
});

it("a budget outlasts a campaign that ends before", () => {
  expect(lastsUntil({ ...pace, endsAt: "2017-02-01T00:00:00Z" })).toBe("end");
});

it("what is used up is gone, and what is not begun tells nothing", () => {
  expect(lastsUntil({ ...pace, used: "1000" })).toBe("gone");
  expect(lastsUntil({ ...pace, used: "0" })).toBeNull();
  expect(lastsUntil({ ...pace, asOf: "2017-01-01T10:00:00Z" })).toBeNull();
});
