import { expect, it } from "vitest";

import { endOfDay } from "./endOfDay";

it("a day ends at midnight where the coalition is", () => {
  expect(endOfDay("2026-01-15", "UTC")).toBe("2026-01-15T23:59:59.999Z");
  expect(endOfDay("2026-01-15", "Europe/Riga")).toBe("2026-01-15T21:59:59.999Z");
  expect(endOfDay("2026-07-15", "Europe/Riga")).toBe("2026-07-15T20:59:59.999Z");
  expect(endOfDay("2017-02-20", "America/New_York")).toBe("2017-02-21T04:59:59.999Z");
});

it("the day on which the clocks change ends by the new time", () => {
  expect(endOfDay("2026-03-29", "Europe/Riga")).toBe("2026-03-29T20:59:59.999Z");
  expect(endOfDay("2026-10-25", "Europe/Riga")).toBe("2026-10-25T21:59:59.999Z");
});
