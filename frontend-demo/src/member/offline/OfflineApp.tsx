/** The members' app while the server cannot be reached: the wallet and the card as they were kept, and nothing else. */

import { Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Route, Switch } from "wouter";

import { Unreachable } from "../../shared/begin";
import { FormattingIn } from "../../shared/formatting";
import { Notice } from "../../shared/chrome";
import { WaitingSheet } from "../../shared/states";
import { Frame } from "../Frame";
import { WaitingApp } from "../MemberApp";
import { pathOf, rooms } from "../rooms";
import { WalletContext } from "../walletContext";
import { kept, type Kept } from "./kept";

const LOOK_AGAIN_MS = 10_000;

export function OfflineApp({ again }: { again: () => void }) {
  const [found, setFound] = useState<Kept | null>();
  useEffect(() => {
    void kept().then(setFound);
  }, []);
  useLookingAgain(again);
  if (found === undefined) return <WaitingApp />;
  if (found === null) return <Unreachable again={again} />;
  const { known, at } = found;
  return (
    <WalletContext value={{ known, asOf: at, loadOlder: () => undefined, older: "ready" }}>
      <FormattingIn timeZone={known.programme.timeZone} now={known.now}>
        <Frame title={known.programme.name}>
          <KeptRooms />
        </Frame>
      </FormattingIn>
    </WalletContext>
  );
}

function KeptRooms() {
  return (
    <Suspense fallback={<WaitingSheet />}>
      <Switch>
        {rooms
          .filter((room) => room.offline)
          .map((room) => (
            <Route key={room.name} path={pathOf(room)}>
              <room.page />
            </Route>
          ))}
        <Route>
          <NotHere />
        </Route>
      </Switch>
    </Suspense>
  );
}

function NotHere() {
  const { t } = useTranslation("member");
  return (
    <Notice heading={t("offline.heading")}>
      <p>{t("offline.text")}</p>
    </Notice>
  );
}

/** As soon as the network is back, and now and then, for a network that is back without being told. */
function useLookingAgain(again: () => void): void {
  useEffect(() => {
    const clock = setInterval(again, LOOK_AGAIN_MS);
    window.addEventListener("online", again);
    return () => {
      clearInterval(clock);
      window.removeEventListener("online", again);
    };
  }, [again]);
}
