/** What surrounds the member's rooms: the mark, the way between them, and the way past it. */

import { type ReactNode, type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useRoute } from "wouter";

import { LineState, Main, Masthead, SkipLink } from "../shared/chrome";
import "./frame.css";
import { RoomIcon } from "./icons";
import { pathOf, type Room, rooms } from "./rooms";

interface Props {
  /** What members call the programme. */
  title: string;
  tools?: ReactNode;
  children: ReactNode;
}

export function Frame({ title, tools, children }: Props) {
  const main = useRef<HTMLElement>(null);
  useArrival(main, title);
  return (
    <div className="member">
      <SkipLink />
      <Masthead title={title}>{tools}</Masthead>
      <Rooms />
      <Main place={main}>{children}</Main>
      <LineState />
    </div>
  );
}

function Rooms() {
  const { t } = useTranslation("member");
  return (
    <nav className="rooms" aria-label={t("rooms.label")}>
      {rooms.map((room) => (
        <RoomLink key={room.name} room={room} />
      ))}
    </nav>
  );
}

function RoomLink({ room }: { room: Room }) {
  const { t } = useTranslation("member");
  const [here] = useRoute(pathOf(room));
  return (
    <Link href={room.at} className={`room room-${room.name}`} aria-current={here ? "page" : undefined}>
      <RoomIcon name={room.name} />
      <span className="room-name">{t(`rooms.${room.name}`)}</span>
    </Link>
  );
}

/** Whoever goes to another page begins at its top and at its heading; the window's title says where they are. */
function useArrival(main: RefObject<HTMLElement | null>, title: string): void {
  const { t } = useTranslation("member");
  const [path] = useLocation();
  const room = rooms.find(({ at }) => at !== "/" && (path === at || path.startsWith(`${at}/`)))?.name ?? "wallet";
  const name = t(`rooms.${room}`);
  useEffect(() => {
    document.title = `${name} · ${title}`;
  }, [name, title]);

  const from = useRef(path);
  useEffect(() => {
    const page = main.current;
    if (from.current === path || !page) return;
    from.current = path;
    window.scrollTo(0, 0);
    if (atHeading(page)) return;
    const waiting = new MutationObserver(() => atHeading(page) && waiting.disconnect());
    waiting.observe(page, { childList: true, subtree: true });
    return () => waiting.disconnect();
  }, [main, path]);
}

function atHeading(page: HTMLElement): boolean {
  // The page one comes from may still be there, hidden, until the new one is.
  const heading = [...page.querySelectorAll("h1")].find((one) => one.checkVisibility());
  if (!heading) return false;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  return true;
}
