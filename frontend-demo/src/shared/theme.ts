/** Light, dark, or as the system wishes; the choice is remembered in this browser. */

import { useCallback, useSyncExternalStore } from "react";

export type Theme = "light" | "dark";

const KEY = "hansa.theme";
const listeners = new Set<() => void>();
const wished = () => window.matchMedia("(prefers-color-scheme: dark)");

function current(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return wished().matches ? "dark" : "light";
}

function choose(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  const system = wished();
  listeners.add(listener);
  system.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    system.removeEventListener("change", listener);
  };
}

export function useTheme(): { theme: Theme; toggle: () => void } {
  const theme = useSyncExternalStore(listen, current);
  const toggle = useCallback(() => choose(theme === "dark" ? "light" : "dark"), [theme]);
  return { theme, toggle };
}
