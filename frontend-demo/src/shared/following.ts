/**
 * Follows a subscription over POST and server-sent events for as long as anybody listens.
 *
 * Own code, because a wallet in a pocket loses its line without being told: the server is heard every 15 seconds, so
 * 40 seconds of silence mean that the line is gone, and a line that is gone is taken up again as soon as there is one.
 * A window nobody looks at gives its line back after a while: a browser has six to a server, for all its windows.
 */

import { eventReader } from "./events";

export type Line = "connecting" | "live" | "lost";

export interface Following {
  url: string;
  body: string;
  headers: Record<string, string>;
  onData: (data: unknown) => void;
  onLine: (line: Line) => void;
  /** The server knows the session no more; there is nothing to follow. */
  onSignedOut: () => void;
  /** The server refuses the document itself; to ask again would change nothing. */
  onRefused: (reason: Error) => void;
  silenceMs?: number;
  restMs?: number;
  waitMs?: (attempt: number) => number;
}

const SILENCE_MS = 40_000;
const REST_MS = 30_000;
const LONGEST_WAIT_MS = 15_000;

type Outcome = "ended" | "signed-out" | Error;

/** Begins to follow; what it returns ends it. */
export function follow(following: Following): () => void {
  const stop = new AbortController();
  void keepFollowing(following, stop.signal);
  return () => stop.abort();
}

async function keepFollowing(following: Following, stop: AbortSignal): Promise<void> {
  const { waitMs = backoff } = following;
  let attempt = 0;
  following.onLine("connecting");
  for (;;) {
    await untilLookedAt(stop);
    if (stop.aborted) return;
    const outcome = await once(following, stop, () => {
      attempt = 0;
      following.onLine("live");
    });
    if (stop.aborted) return;
    if (outcome === "signed-out") return following.onSignedOut();
    if (outcome instanceof Error) return following.onRefused(outcome);
    if (unseen()) {
      following.onLine("connecting");
      continue;
    }
    following.onLine("lost");
    await untilNextTry(waitMs(attempt++), stop);
  }
}

/** One connection, from its request to its end. */
async function once(following: Following, stop: AbortSignal, onOpen: () => void): Promise<Outcome> {
  const gone = new AbortController();
  const cut = () => gone.abort();
  const heard = watchdog(following.silenceMs ?? SILENCE_MS, cut);
  const awake = whenLeft(following.restMs ?? REST_MS, cut);
  window.addEventListener("offline", cut);
  try {
    const response = await fetch(following.url, {
      method: "POST",
      credentials: "same-origin",
      headers: { ...following.headers, "Content-Type": "application/json", Accept: "text/event-stream" },
      body: following.body,
      cache: "no-store",
      signal: AbortSignal.any([stop, gone.signal]),
    });
    if (response.status === 401) return "signed-out";
    if (response.status >= 400 && response.status < 500 && response.status !== 429) return refusal(response);
    if (!response.ok || !response.body) return "ended";
    onOpen();
    return await read(response.body, following.onData, heard.again);
  } catch {
    return "ended";
  } finally {
    heard.end();
    awake();
    window.removeEventListener("offline", cut);
  }
}

async function read(body: ReadableStream<Uint8Array>, onData: (data: unknown) => void, heard: () => void) {
  const words = new TextDecoder();
  const take = eventReader(({ event, data }) => {
    if (event === "next") onData(JSON.parse(data));
  });
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return "ended" as const;
    heard();
    take(words.decode(value, { stream: true }));
  }
}

async function refusal(response: Response): Promise<Error> {
  const told = (await response.json().catch(() => null)) as { errors?: { message: string }[] } | null;
  return new Error(told?.errors?.[0]?.message ?? `Refused with status ${response.status}`);
}

function watchdog(ms: number, bark: () => void): { again: () => void; end: () => void } {
  let timer = setTimeout(bark, ms);
  return {
    again: () => {
      clearTimeout(timer);
      timer = setTimeout(bark, ms);
    },
    end: () => clearTimeout(timer),
  };
}

const unseen = () => document.visibilityState === "hidden";

/** Acts once nobody has looked for so long; what it returns ends the watch. */
function whenLeft(ms: number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (unseen()) timer = setTimeout(act, ms);
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

function untilLookedAt(stop: AbortSignal): Promise<void> {
  if (!unseen() || stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const settled = new AbortController();
    const go = () => {
      settled.abort();
      resolve();
    };
    document.addEventListener("visibilitychange", () => unseen() || go(), { signal: settled.signal });
    stop.addEventListener("abort", go, { signal: settled.signal });
  });
}

/** Half a second, doubled each time, spread by chance so that not everybody knocks at once. */
function backoff(attempt: number): number {
  return Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt) * (0.5 + Math.random() / 2);
}

/** Waits, but no longer than until the network is back or somebody looks at the page again. */
function untilNextTry(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settled = new AbortController();
    const go = () => {
      settled.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(go, ms);
    const whenVisible = () => document.visibilityState === "visible" && go();
    window.addEventListener("online", go, { signal: settled.signal });
    document.addEventListener("visibilitychange", whenVisible, { signal: settled.signal });
    stop.addEventListener("abort", go, { signal: settled.signal });
  });
}
