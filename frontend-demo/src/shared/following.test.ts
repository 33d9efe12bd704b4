import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { follow, type Following, type Line } from "./following";

/** A server that answers each request in turn as it is told. */
type Answer = (controller: ReadableStreamDefaultController<Uint8Array>) => void;

const bytes = (text: string) => new TextEncoder().encode(text);
const next = (value: unknown) => bytes(`event: next\ndata: ${JSON.stringify(value)}\n\n`);

function served(...answers: (Answer | number | Error)[]) {
  const requests: RequestInit[] = [];
  vi.stubGlobal("fetch", async (_url: string, init: RequestInit) => {
    requests.push(init);
    const answer = answers.shift() ?? 503;
    if (answer instanceof Error) throw answer;
    if (typeof answer === "number") return new Response(JSON.stringify({ errors: [{ message: "No." }] }), { status: answer });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        init.signal?.addEventListener("abort", () => controller.error(new Error("aborted")));
        answer(controller);
      },
    });
    return new Response(body, { status: 200, headers: { "Content-Type": "text/event-stream" } });
  });
  return requests;
}

function following(changes: Partial<Following> = {}) {
  const seen = { data: [] as unknown[], lines: [] as Line[], ended: "" };
  const stop = follow({
    url: "/graphql",
    body: "{}",
    headers: { "X-CSRF-Token": "t" },
    onData: (data) => seen.data.push(data),
    onLine: (line) => seen.lines.push(line),
    onSignedOut: () => (seen.ended = "signed out"),
    onRefused: (reason) => (seen.ended = reason.message),
    waitMs: () => 1000,
    ...changes,
  });
  return { seen, stop };
}

/** Whether somebody looks at the window. */
function look(state: DocumentVisibilityState) {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("hands over what the server says", async () => {
  const requests = served((line) => line.enqueue(next({ n: 1 })));
  const { seen, stop } = following();
  await vi.advanceTimersByTimeAsync(10);
  expect(seen).toEqual({ data: [{ n: 1 }], lines: ["connecting", "live"], ended: "" });
  expect(new Headers(requests[0]?.headers).get("x-csrf-token")).toBe("t");
  stop();
});

it("takes a lost line up again", async () => {
  served(
    (line) => {
      line.enqueue(next({ n: 1 }));
      setTimeout(() => line.error(new Error("gone")), 50);
    },
    new Error("no network"),
    (line) => line.enqueue(next({ n: 2 })),
  );
  const { seen, stop } = following();
  await vi.advanceTimersByTimeAsync(100);
  expect(seen.lines).toEqual(["connecting", "live", "lost"]);
  await vi.advanceTimersByTimeAsync(2100);
  expect(seen.lines.at(-1)).toBe("live");
  expect(seen.data).toEqual([{ n: 1 }, { n: 2 }]);
  stop();
});

it("notices a line that died without a word", async () => {
  const requests = served(
    (line) => line.enqueue(next({ n: 1 })),
    (line) => line.enqueue(next({ n: 2 })),
  );
  const { seen, stop } = following({ silenceMs: 40_000 });
  await vi.advanceTimersByTimeAsync(39_000);
  expect(requests.length).toBe(1);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(seen.data).toEqual([{ n: 1 }, { n: 2 }]);
  stop();
});

it("believes the browser that the network is gone", async () => {
  served((line) => line.enqueue(next({ n: 1 })));
  const { seen, stop } = following();
  await vi.advanceTimersByTimeAsync(10);
  window.dispatchEvent(new Event("offline"));
  await vi.advanceTimersByTimeAsync(10);
  expect(seen.lines).toEqual(["connecting", "live", "lost"]);
  stop();
});

it("does not wait once the network is back", async () => {
  const requests = served(new Error("no network"), (line) => line.enqueue(next({ n: 1 })));
  const { seen, stop } = following({ waitMs: () => 60_000 });
  await vi.advanceTimersByTimeAsync(10);
  expect(requests.length).toBe(1);
  window.dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(10);
  expect(seen.lines).toEqual(["connecting", "lost", "live"]);
  stop();
});

it("gives its line back while nobody looks, and takes it up when somebody does", async () => {
  const requests = served(
    (line) => line.enqueue(next({ n: 1 })),
    (line) => line.enqueue(next({ n: 2 })),
  );
  const { seen, stop } = following({ silenceMs: 1e9, restMs: 30_000 });
  await vi.advanceTimersByTimeAsync(10);
  look("hidden");
  await vi.advanceTimersByTimeAsync(20_000);
  look("visible");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(seen.lines).toEqual(["connecting", "live"]);
  look("hidden");
  await vi.advanceTimersByTimeAsync(300_000);
  expect(requests[0]?.signal?.aborted).toBe(true);
  expect(requests.length).toBe(1);
  look("visible");
  await vi.advanceTimersByTimeAsync(10);
  expect(seen).toMatchObject({ data: [{ n: 1 }, { n: 2 }], lines: ["connecting", "live", "connecting", "live"] });
  stop();
});

it("ends with the session, and with a document that is refused", async () => {
  served(401);
  const one = following();
  await vi.advanceTimersByTimeAsync(10);
  expect(one.seen.ended).toBe("signed out");
  served(400);
  const other = following();
  await vi.advanceTimersByTimeAsync(10);
  expect(other.seen.ended).toBe("No.");
});

it("is silent once nobody listens", async () => {
  const requests = served((line) => line.enqueue(next({ n: 1 })));
  const { stop } = following();
  await vi.advanceTimersByTimeAsync(10);
  stop();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(requests.length).toBe(1);
});
