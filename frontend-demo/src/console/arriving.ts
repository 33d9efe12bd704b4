/** Going from room to room: the window's title says where one is, and the focus comes along to the page's heading. */

import { type MouseEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";

import { rooms } from "./rooms";

/** The room an address lies in: the first part of its path. */
export const roomAt = (path: string) => {
  const at = `/${path.split("/")[1] ?? ""}`;
  return rooms.find((room) => room.at === at) ?? null;
};

/** Moves the focus to the page itself, past masthead and rooms. */
export function toPage(event: MouseEvent): void {
  event.preventDefault();
  focus(document.querySelector<HTMLElement>("main") ?? document.querySelector<HTMLElement>("h1"));
}

function focus(place: HTMLElement | null): void {
  if (!place) return;
  if (place.tabIndex < 0) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

const LOOKED_FOR_MS = 5000;

export function useArrival(house: string): void {
  const { t } = useTranslation("console");
  const [path] = useLocation();
  const room = roomAt(path);
  const before = useRef(room?.name);
  useEffect(() => {
    document.title = room ? `${t(`rooms.${room.name}`)} · ${house}` : house;
  }, [room, house, t]);
  useEffect(() => {
    if (before.current === room?.name) return;
    before.current = room?.name;
    return focusOn("main h1");
  }, [room?.name]);
}

/** Focuses what may not be on the page yet; stops looking when somebody goes on or the time is over. */
function focusOn(selector: string): () => void {
  const begun = performance.now();
  const left = document.querySelector(selector);
  let frame = 0;
  const look = () => {
    const found = document.querySelector<HTMLElement>(selector);
    if (found && (found !== left || performance.now() - begun > 200)) return focus(found);
    if (performance.now() - begun < LOOKED_FOR_MS) frame = requestAnimationFrame(look);
  };
  frame = requestAnimationFrame(look);
  return () => cancelAnimationFrame(frame);
}
