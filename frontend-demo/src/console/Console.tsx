/** The console: its rooms, and what surrounds them. */

import { type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, Redirect, Route, Switch, useRoute } from "wouter";

import { Masthead, Notice } from "../shared/chrome";
import { FormattingIn } from "../shared/formatting";
import { SignOut } from "../shared/leaving";
import { may, useSession } from "../shared/session";
import { Failed, WaitingSheet } from "../shared/states";
import { House } from "./documents";
import { type Room, rooms } from "./rooms";

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
      <Frame title={t("title", { coalition: data.coalition.name })} name={session.name} rooms={open}>
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
  name: string | null;
  rooms: readonly Room[];
  children: ReactNode;
}

function Frame({ title, name, rooms, children }: FrameProps) {
  const { t } = useTranslation("console");
  return (
    <div className="console-page">
      <Masthead title={title}>
        {name && <span className="who">{name}</span>}
        <SignOut />
      </Masthead>
      <nav className="rooms" aria-label={t("rooms.label")}>
        {rooms.filter((room) => !room.aside).map((room) => (
          <RoomLink key={room.name} room={room} />
        ))}
      </nav>
      {children}
    </div>
  );
}

function RoomLink({ room }: { room: Room }) {
  const { t } = useTranslation("console");
  const [here] = useRoute(room.at === "/" ? "/" : `${room.at}/*?`);
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
