/** Makes an entry ready for the time without a line, once there is nothing more urgent to do. */

import { useEffect } from "react";

declare global {
  interface Window {
    trustedTypes?: {
      createPolicy: (name: string, rules: { createScriptURL: () => string }) => { createScriptURL: (url: string) => unknown };
    };
  }
}

/** Begins once the page is there: the files it was made of are laid by, and those of what else it needs. */
export function useAhead(entry: "/app/" | "/till/", ready: boolean, besides: () => Promise<unknown> = nothing): void {
  useEffect(() => {
    if (!ready || !import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    return atLeisure(() => void layBy(entry, besides).catch(() => undefined));
  }, [entry, ready, besides]);
}

const nothing = () => Promise.resolve();

async function layBy(entry: string, besides: () => Promise<unknown>): Promise<void> {
  const worker = address(`${entry}sw.js`);
  const [registration] = await Promise.all([navigator.serviceWorker.register(worker, { scope: entry }), besides()]);
  await navigator.serviceWorker.ready;
  registration.active?.postMessage({ files: read() });
}

/** The files of the page that this window has read. */
function read(): string[] {
  const here = window.location.origin;
  const names = performance.getEntriesByType("resource").map((entry) => entry.name);
  const loaded = [...document.querySelectorAll<HTMLLinkElement>("link[href]")].map((link) => link.href);
  return [...new Set([...names, ...loaded])].filter((name) => name.startsWith(`${here}/assets/`));
}

/** The one address that the pages' policy lets a script be taken from. */
function address(worker: string): string {
  const policy = window.trustedTypes?.createPolicy("offline", { createScriptURL: () => worker });
  return (policy?.createScriptURL(worker) ?? worker) as string;
}

function atLeisure(act: () => void): () => void {
  if (!("requestIdleCallback" in window)) {
    const later = setTimeout(act, 1000);
    return () => clearTimeout(later);
  }
  const later = requestIdleCallback(act, { timeout: 5000 });
  return () => cancelIdleCallback(later);
}
