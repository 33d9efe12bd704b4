import { describe, expect, it } from "vitest";

import { decimalsOf, formats, lastMoment } from "./formats";

const english = formats("en", "Europe/Riga", new Date("2026-03-02T14:20:00Z"));

describe("figures", () => {
  it("keep every digit of 64 bits", () => {
    expect(english.points("9223372036854775807")).toBe("9,223,372,036,854,775,807");
  });

  it("carry a real minus and a plus, and neither before zero", () => {
    expect(english.signedPoints("-120")).toBe("\u2212120");
    expect(english.signedPoints("105")).toBe("+105");
    expect(english.signedPoints("0")).toBe("0");
    expect(english.signedDecimal("-0.00", 2)).toBe("0.00");
    expect(english.money({ amount: "-12.3", currency: "EUR" })).toBe("\u2212€12.30");
  });

  it("show decimals to the last digit that says something", () => {
    expect(english.decimal("0.0085", 2)).toBe("0.0085");
    expect(english.decimal("14.824000000000", 2)).toBe("14.824");
    expect(english.decimal("900719925474099.123456", 2)).toBe("900,719,925,474,099.123456");
    expect(decimalsOf("14.824000000000")).toBe(3);
    expect(decimalsOf("12.00")).toBe(0);
    expect(decimalsOf("12")).toBe(0);
  });

  it("show a share as per cent", () => {
    expect(english.percent("0.400000")).toBe("40%");
    expect(english.percent("0.0325")).toBe("3.25%");
  });

  it("follow the reader's language", () => {
    expect(formats("hu", "Europe/Riga").points("1234567")).toBe("1\u00a0234\u00a0567");
  });
});

describe("days", () => {
  it("are days of the coalition's time zone", () => {
    expect(english.dayKey("2026-03-01T23:30:00Z")).toBe("2026-03-02");
    expect(english.longDay("2026-03-01T23:30:00Z")).toBe("Monday 2 March");
  });

  it("of the calendar are the same in every time zone", () => {
    for (const zone of ["America/New_York", "Europe/Riga", "Pacific/Auckland"]) {
      expect(formats("en", zone, new Date("2017-03-02T12:00:00Z")).day("2017-01-01")).toBe("1 Jan");
      expect(formats("en", zone).dayKey("2017-01-01")).toBe("2017-01-01");
    }
  });

  it("name the year only when it is another one", () => {
    expect(english.day("2026-12-31T12:00:00Z")).toBe("31 Dec");
    expect(english.day("2027-01-31T12:00:00Z")).toBe("31 Jan 2027");
  });

  it("that end at midnight are the days before it", () => {
    expect(english.day(lastMoment("2026-12-31T22:00:00Z"))).toBe("31 Dec");
  });
});
