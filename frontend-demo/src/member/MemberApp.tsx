/** The members' app: its rooms, and what surrounds them. */

import { type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, Redirect, Route, Switch, useRoute } from "wouter";

import { WaitingSheet } from "../shared/states";
import "./member.css";
import { type Room, rooms } from "./rooms";
import { WaitingWallet } from "./WalletPage";

export function MemberApp() {
  return (
    <Frame>
      <Suspense fallback={<WaitingSheet />}>
        <Switch>
          {rooms.map((room) => (
            <Route key={room.name} path={room.at === "/" ? "/" : `${room.at}/*?`}>
              <room.page />
            </Route>
          ))}
          <Route>
            <Redirect to="/" replace />
          </Route>
        </Switch>
      </Suspense>
    </Frame>
  );
}

function Frame({ children }: { children: ReactNode }) {
  const { t } = useTranslation("member");
  return (
    <>
      {children}
      <nav className="member-rooms" aria-label={t("rooms.label")}>
        {rooms.map((room) => (
          <RoomLink key={room.name} room={room} />
        ))}
      </nav>
    </>
  );
}

function RoomLink({ room }: { room: Room }) {
  const { t } = useTranslation("member");
  const [here] = useRoute(room.at === "/" ? "/" : `${room.at}/*?`);
  return (
    <Link href={room.at} aria-current={here ? "page" : undefined}>
      {t(`rooms.${room.name}`)}
    </Link>
  );
}

export const WaitingApp = () => (
  <Frame>
    <WaitingWallet />
  </Frame>
);
