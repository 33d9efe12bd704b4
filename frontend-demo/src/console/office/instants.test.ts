import { expect, it } from "vitest";

import { startOf } from "./instants";

it("finds midnight by the coalition's clocks, whatever they show", () => {
  expect(startOf("2017-03-01", "America/New_York")).toBe("2017-03-01T05:00:00.000Z");
  expect(startOf("2017-07-01", "America/New_York")).toBe("2017-07-01T04:00:00.000Z");
  expect(startOf("2026-12-24", "Europe/Riga")).toBe("2026-12-23T22:00:00.000Z");
  expect(startOf("2026-03-29", "Europe/Riga")).toBe("2026-03-28T22:00:00.000Z");
  expect(startOf("2026-03-30", "Europe/Riga")).toBe("2026-03-29T21:00:00.000Z");
});
