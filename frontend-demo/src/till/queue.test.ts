import { expect, it } from "vitest";

import { type Entry, type Outcome, Queue } from "./queue";
import type { Store } from "./store";

/** A browser's store that outlives its windows. */
function aStore(): Store {
  const kept = new Map<string, string>();
  const read = (name: string) => JSON.parse(kept.get(name) ?? "null") ?? undefined;
  return {
    get: async (name) => read(name),
    set: async (name, value) => void kept.set(name, JSON.stringify(value)),
    change: async (name, changed) => void kept.set(name, JSON.stringify(changed(read(name)))),
    drop: async (name) => void kept.delete(name),
  };
}

/** A server that counts each key once, behind a line that breaks as it is told. */
class Server {
  counted: string[] = [];
  asked: string[] = [];
  line: ("up" | "lost before" | "lost after")[] = [];
  refused = new Map<string, string>();

  readonly send = async ({ key }: Entry<string>): Promise<Outcome | null> => {
    const line = this.line.shift() ?? "up";
    if (line === "lost before") return null;
    this.asked.push(key);
    const code = this.refused.get(key);
    if (!code && !this.counted.includes(key)) this.counted.push(key);
    if (line === "lost after") return null;
    return code ? { refusals: [{ code, message: code }] } : { points: "5" };
  };
}

const at = "2017-02-20T05:00:00.000Z";
const sale = (key: string) => ({ key, at, sale: `sale ${key}` });
const states = (queue: Queue<string>) => queue.entries().map(({ key, state }) => `${key} ${state}`);

it("sales are sent in their order", async () => {
  const server = new Server();
  const queue = new Queue(aStore(), server.send);
  for (const key of ["a", "b", "c"]) await queue.add(sale(key));
  await queue.drain();
  expect(server.asked).toEqual(["a", "b", "c"]);
  expect(states(queue)).toEqual(["a sent", "b sent", "c sent"]);
  expect(queue.entries()[0]?.outcome).toEqual({ points: "5" });
});

it("what a lost line left waits, and nothing overtakes it", async () => {
  const server = new Server();
  const queue = new Queue(aStore(), server.send);
  server.line = ["up", "lost before"];
  for (const key of ["a", "b", "c"]) await queue.add(sale(key));
  await queue.drain();
  expect(states(queue)).toEqual(["a sent", "b waiting", "c waiting"]);
  await queue.drain();
  expect(server.counted).toEqual(["a", "b", "c"]);
});

it("an answer that got lost is asked for again with the same key, and counts once", async () => {
  const server = new Server();
  const queue = new Queue(aStore(), server.send);
  server.line = ["lost after", "lost after"];
  await queue.add(sale("a"));
  for (let turn = 0; turn < 3; turn++) await queue.drain();
  expect(server.asked).toEqual(["a", "a", "a"]);
  expect(server.counted).toEqual(["a"]);
  expect(states(queue)).toEqual(["a sent"]);
});

it("a sale survives its window, and is sent by the next with its time and key", async () => {
  const store = aStore();
  const server = new Server();
  const gone = new Queue(store, async () => null);
  await gone.add(sale("a"));
  await gone.drain();
  const next = new Queue(store, server.send);
  await next.load();
  expect(next.entries()).toEqual([{ ...sale("a"), state: "waiting" }]);
  await next.drain();
  expect(server.counted).toEqual(["a"]);
});

it("a sale written down twice is one sale", async () => {
  const server = new Server();
  const queue = new Queue(aStore(), server.send);
  await queue.add(sale("a"));
  await queue.add(sale("a"));
  await queue.drain();
  expect(server.asked).toEqual(["a"]);
});

it("a refused sale says why and holds nobody up; it goes when it was seen, and what waits does not", async () => {
  const server = new Server();
  const queue = new Queue(aStore(), server.send);
  server.refused.set("a", "PURCHASE_TOO_OLD");
  for (const key of ["a", "b"]) await queue.add(sale(key));
  await queue.drain();
  expect(states(queue)).toEqual(["a refused", "b sent"]);
  expect(queue.entries()[0]?.outcome?.refusals?.[0]?.code).toBe("PURCHASE_TOO_OLD");
  server.line = ["lost before"];
  await queue.add(sale("c"));
  await queue.drain();
  for (const key of ["a", "c"]) await queue.dismiss(key);
  expect(states(queue)).toEqual(["b sent", "c waiting"]);
});

it("two windows of a till send each sale once between them", async () => {
  const store = aStore();
  const server = new Server();
  let last: Promise<void> = Promise.resolve();
  const alone = (act: () => Promise<void>) => (last = last.then(act));
  const [one, other] = [new Queue(store, server.send, alone), new Queue(store, server.send, alone)];
  for (const key of ["a", "b"]) await one.add(sale(key));
  await Promise.all([one.drain(), other.drain()]);
  expect(server.asked).toEqual(["a", "b"]);
  await other.load();
  expect(states(other)).toEqual(["a sent", "b sent"]);
});

it("a sale that comes while others are sent is sent as well", async () => {
  const server = new Server();
  const queue = new Queue<string>(aStore(), async (entry) => {
    if (entry.key === "a") await queue.add(sale("b"));
    return server.send(entry);
  });
  await queue.add(sale("a"));
  await queue.drain();
  expect(server.counted).toEqual(["a", "b"]);
});

it("of what was sent the latest thirty stay to be looked at", async () => {
  const server = new Server();
  const queue = new Queue(aStore(), server.send);
  for (let number = 0; number < 34; number++) await queue.add(sale(String(number)));
  await queue.drain();
  expect(queue.entries().length).toBe(30);
  expect(server.counted.length).toBe(34);
});
