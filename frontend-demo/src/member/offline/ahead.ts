/** Makes ready for the time without a line, once there is nothing more urgent to do. */

import { useEffect } from "react";

import { cardPage } from "../rooms";

declare global {
  interface Window {
    trustedTypes?: {
      createPolicy: (name: string, rules: { createScriptURL: () => string }) => { createScriptURL: (url: string) => unknown };
    };
  }
}

const WORKER = "/app/sw.js";
const SCOPE = "/app/";

/** Begins once the page is there: the pages' files are laid by, the one of the card among them. */
export function useAhead(ready: boolean): void {
  useEffect(() => {
    if (!ready || !import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    return atLeisure(() => void layBy().catch(() => undefined));
  }, [ready]);
}

async function layBy(): Promise<void> {
  const [registration] = await Promise.all([navigator.serviceWorker.register(address(), { scope: SCOPE }), cardPage()]);
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
function address(): string {
  const policy = window.trustedTypes?.createPolicy("offline", { createScriptURL: () => WORKER });
  return (policy?.createScriptURL(WORKER) ?? WORKER) as string;
}

function atLeisure(act: () => void): () => void {
  if (!("requestIdleCallback" in window)) {
    const later = setTimeout(act, 1000);
    return () => clearTimeout(later);
  }
  const later = requestIdleCallback(act, { timeout: 5000 });
  return () => cancelIdleCallback(later);
}
