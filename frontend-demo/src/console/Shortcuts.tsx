/** Keys that work everywhere in the console, which whoever dictates or types by chance can switch off; and the search box. */

import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearchParams } from "wouter";

import { Dialog } from "../shared/dialog";

const KEY = "hansa.console.keys";

/** Whether single keys do anything; kept in this browser. */
export function keysWork(): boolean {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

function letKeysWork(on: boolean): void {
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

const TYPING = "input, textarea, select, [contenteditable], dialog";

/** Does something when a key is pressed outside of fields and dialogs. */
function useKey(key: string, does: () => void): void {
  const latest = useRef(does);
  latest.current = does;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest(TYPING);
      if (event.key !== key || typing || event.ctrlKey || event.metaKey || event.altKey || !keysWork()) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [key]);
}

export function SearchBox({ at }: { at: string }) {
  const { t } = useTranslation("console");
  const [path, go] = useLocation();
  const [search] = useSearchParams();
  const box = useRef<HTMLInputElement>(null);
  const there = path === at ? (search.get("q") ?? "") : "";
  useKey("/", () => box.current?.select());
  const look = (event: FormEvent) => {
    event.preventDefault();
    const words = box.current?.value.trim();
    if (words) go(`${at}?${new URLSearchParams({ q: words }).toString()}`);
  };
  return (
    <form role="search" className="search" onSubmit={look}>
      <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
        <path d="M10.500 4a6.500 6.500 0 1 1 0 13a6.500 6.500 0 0 1 0 -13M15.300 15.300l5 5" />
      </svg>
      <input key={there} ref={box} type="search" defaultValue={there} aria-label={t("search.label")} placeholder={t("search.hint")} />
    </form>
  );
}

const ROWS = ["search", "keys", "rows", "lines", "close"] as const;
const KEYS: Record<(typeof ROWS)[number], string> = { search: "/", keys: "?", rows: "\u2191 \u2193", lines: "Enter", close: "Esc" };

export function Shortcuts() {
  const { t } = useTranslation("console");
  const [open, setOpen] = useState(false);
  const [on, setOn] = useState(keysWork);
  useKey("?", () => setOpen(true));
  const change = (works: boolean) => {
    letKeysWork(works);
    setOn(works);
  };
  return (
    <>
      <button type="button" className="tool shortcuts" aria-label={t("keys.heading")} title={t("keys.heading")} onClick={() => setOpen(true)}>
        ?
      </button>
      {open && (
        <Dialog heading={t("keys.heading")} onClose={() => setOpen(false)}>
          <dl className="keys">
            {ROWS.map((row) => (
              <div key={row}>
                <dt>
                  <kbd>{KEYS[row]}</kbd>
                </dt>
                <dd>{t(`keys.${row}`)}</dd>
              </div>
            ))}
          </dl>
          <label className="keys-switch">
            <input type="checkbox" checked={on} onChange={(event) => change(event.target.checked)} />
            {t("keys.on")}
          </label>
        </Dialog>
      )}
    </>
  );
}
