import { expect, it } from "vitest";

import { eventReader, type ServerEvent } from "./events";

function readIn(pieces: string[]): ServerEvent[] {
  const taken: ServerEvent[] = [];
  const take = eventReader((event) => taken.push(event));
  for (const piece of pieces) take(piece);
  return taken;
}

it("events are whole however the bytes were cut", () => {
  const sent = 'event: next\ndata: {"a":1}\n\n:\n\nevent: complete\ndata:\n\n';
  const whole = readIn([sent]);
  expect(whole).toEqual([
    { event: "next", data: '{"a":1}' },
    { event: "complete", data: "" },
  ]);
  expect(readIn([...sent])).toEqual(whole);
});

it("comments only keep the line awake", () => {
  expect(readIn([":\n\n:\n\n"])).toEqual([]);
});
