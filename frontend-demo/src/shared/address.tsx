/** The address of the page is its state: what is looked at can be sent to a colleague, and Back goes back. */

import { useMemo, useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent } from "react";

const MOVED = "hansa:moved";

function listen(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(MOVED, listener);
  };
}

export function useAddress(): URL {
  const href = useSyncExternalStore(listen, () => window.location.href);
  return useMemo(() => new URL(href), [href]);
}

export function go(to: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) window.history.replaceState(null, "", to);
  else window.history.pushState(null, "", to);
  window.dispatchEvent(new Event(MOVED));
}

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string };

/** A link within the page's own addresses; opened in a new tab like any other when asked to. */
export function Go({ href, onClick, ...rest }: Props) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!plain || event.defaultPrevented) return;
    event.preventDefault();
    go(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
