/** The console: its rooms, and what surrounds them. */

import { type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, Redirect, Route, Switch, useRoute } from "wouter";

import { Masthead, Notice } from "../shared/chrome";
import { FormattingIn } from "../shared/formatting";
import { SignOut } from "../shared/leaving";
import { type Hued, PartnerName } from "../shared/partner";
import { may, useSession } from "../shared/session";
import { Failed, WaitingSheet } from "../shared/states";
import { toPage, useArrival } from "./arriving";
import { House } from "./documents";
import { type Room, rooms } from "./rooms";
import { SearchBox, Shortcuts } from "./Shortcuts";

export function Console() {
  const { t } = useTranslation("console");
  const session = useSession();
  const open = rooms.filter((room) => may(session, ...room.scopes));
  const [{ data, error }, readAgain] = useQuery({ query: House });
  if (!data) {
    if (error) return <Failed again={() => readAgain({ requestPolicy: "network-only" })} />;
    return <WaitingConsole />;
  }
  return (
    <FormattingIn timeZone={data.coalition.timeZone} now={data.serverTime}>
      <Frame title={t("title", { coalition: data.coalition.name })} partner={data.viewer.partner} rooms={open}>
        <Suspense fallback={<WaitingSheet />}>
          <Switch>
            {open.map((room) => (
              <Route key={room.name} path={room.at === "/" ? "/" : `${room.at}/*?`}>
                <room.page />
              </Route>
            ))}
            <Route path="/">{open[0] && <Redirect to={open[0].at} replace />}</Route>
            <Route>
              <Notice heading={t("nowhere.heading")}>
                <p>{t("nowhere.text")}</p>
              </Notice>
            </Route>
          </Switch>
        </Suspense>
      </Frame>
    </FormattingIn>
  );
}

interface FrameProps {
  title: string;
  partner: Hued | null;
  rooms: readonly Room[];
  children: ReactNode;
}

function Frame({ title, partner, rooms, children }: FrameProps) {
  const { t } = useTranslation("console");
  const { name } = useSession();
  const searching = rooms.find((room) => room.name === "search");
  useArrival(title);
  return (
    <div className="console-page">
      <a href="#page" className="skip" onClick={toPage}>
        {t("skip")}
      </a>
      <Masthead title={title}>
        {searching && <SearchBox at={searching.at} />}
        <Who name={name} partner={partner} />
        <SignOut />
        <Shortcuts />
      </Masthead>
      <nav className="rooms" aria-label={t("rooms.label")}>
        {rooms.filter((room) => !room.aside).map((room) => (
          <RoomLink key={room.name} room={room} />
        ))}
      </nav>
      <div id="page">{children}</div>
    </div>
  );
}

/** Who is signed in, and for whom: a partner by its mark, or the coalition. */
function Who({ name, partner }: { name: string | null; partner: Hued | null }) {
  const { t } = useTranslation("console");
  if (!name) return null;
  return (
    <span className="who">
      <span>{name}</span>
      {partner ? <PartnerName partner={partner} /> : <span>{t("forCoalition")}</span>}
    </span>
  );
}

function RoomLink({ room }: { room: Room }) {
  const { t } = useTranslation("console");
  const [there] = useRoute(room.at === "/" ? "/" : `${room.at}/*?`);
  const [inCycle] = useRoute("/cycles/*?");
  const here = there || (room.name === "overview" && inCycle);
  return (
    <Link href={room.at} aria-current={here ? "page" : undefined}>
      {t(`rooms.${room.name}`)}
    </Link>
  );
}

/** The page's shape, before anything is known. */
export function WaitingConsole() {
  return (
    <div className="console-page" aria-busy="true">
      <Masthead title="Hansa" />
      <div className="rooms" />
      <WaitingSheet />
    </div>
  );
}
