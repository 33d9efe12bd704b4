import { expect, it } from "vitest";

import { Clock } from "./clock";

function aClock() {
  const time = { now: 0 };
  return { time, clock: new Clock(() => time.now) };
}

it("goes on from what the server said", () => {
  const { time, clock } = aClock();
  clock.hear("2017-02-20T05:00:00.000Z");
  time.now = 90_000;
  expect(clock.now().toISOString()).toBe("2017-02-20T05:01:30.000Z");
});

it("stands where the server's clock stands, and goes again when that goes", () => {
  const { time, clock } = aClock();
  clock.hear("2017-02-20T05:00:00.000Z");
  time.now = 10_000;
  clock.hear("2017-02-20T05:00:00.000Z");
  time.now = 3_600_000;
  expect(clock.now().toISOString()).toBe("2017-02-20T05:00:00.000Z");
  clock.hear("2017-02-21T05:00:00.000Z");
  time.now += 1000;
  expect(clock.now().toISOString()).toBe("2017-02-21T05:00:01.000Z");
});
