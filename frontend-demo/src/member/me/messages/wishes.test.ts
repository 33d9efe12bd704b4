import { expect, it } from "vitest";

import { changed, switchable, wishesOf } from "./wishes";

const before = wishesOf({
  digest: false,
  quietFrom: "21:00",
  quietUntil: "08:00",
  timeZone: null,
  ways: [
    { topic: "POINTS_EARNED", marketing: false, inbox: true, mail: false },
    { topic: "BIRTHDAY", marketing: true, inbox: true, mail: true },
  ],
});

it("who changes nothing says nothing", () => {
  expect(changed(before, before)).toEqual({});
});

it("only the topics that were switched are sent, without what they are called", () => {
  const [earned, birthday] = before.ways;
  const ways = [earned!, { ...birthday!, mail: false }];
  expect(changed(before, { ...before, ways })).toEqual({ ways: [{ topic: "BIRTHDAY", inbox: true, mail: false }] });
});

it("a digest, quiet hours and a zone are each said when they change", () => {
  expect(changed(before, { ...before, digest: true })).toEqual({ digest: true });
  expect(changed(before, { ...before, quietUntil: "09:30" })).toEqual({ quietUntil: "09:30" });
  expect(changed(before, { ...before, timeZone: "Europe/Riga" })).toEqual({ timeZone: "Europe/Riga" });
});

it("what is one's own cannot be kept out of the inbox", () => {
  expect(before.ways.map(switchable)).toEqual([false, true]);
});
