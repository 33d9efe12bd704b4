import { expect, it } from "vitest";

import { formats } from "../../../shared/formats";
import { endOfDay } from "./ends";

const end = (day: string, zone: string) => endOfDay(day, formats("en", zone).dayKey);

it.each([
  ["2017-03-05", "America/New_York", "2017-03-06T05:00:00.000Z"],
  ["2017-03-05", "Europe/Riga", "2017-03-05T22:00:00.000Z"],
  ["2017-03-05", "Pacific/Kiritimati", "2017-03-05T10:00:00.000Z"],
  ["2017-03-05", "Etc/GMT+12", "2017-03-06T12:00:00.000Z"],
  ["2017-03-05", "Asia/Kathmandu", "2017-03-05T18:15:00.000Z"],
])("%s is over in %s at %s", (day, zone, at) => {
  expect(end(day, zone)).toBe(at);
});

it("a day of 23 hours is over when its clocks say so", () => {
  expect(end("2017-03-26", "Europe/Riga")).toBe("2017-03-26T21:00:00.000Z");
});
