/** The members' app: its rooms with the wallet they stand on, live or as it was kept. */

import { Suspense } from "react";
import { Redirect, Route, Switch } from "wouter";

import { FormattingIn } from "../shared/formatting";
import { useAhead } from "../shared/offline/ahead";
import { Failed, WaitingSheet } from "../shared/states";
import { Frame } from "./Frame";
import { Messages } from "./Messages";
import { cardPage, pathOf, rooms } from "./rooms";
import { useWallet } from "./useWallet";
import { WaitingWallet } from "./wallet/WaitingWallet";
import { WalletContext } from "./walletContext";

export function MemberApp() {
  const live = useWallet();
  useAhead("/app/", live.known !== null, cardPage);
  const { known, failed, readAgain } = live;
  if (!known) {
    return <Frame title="Hansa">{failed ? <Failed again={readAgain} /> : <WaitingRooms />}</Frame>;
  }
  return (
    <WalletContext value={{ ...live, known }}>
      <FormattingIn timeZone={known.programme.timeZone} now={known.now}>
        <Frame title={known.programme.name} tools={<Messages />}>
          <Rooms />
        </Frame>
      </FormattingIn>
    </WalletContext>
  );
}

export function Rooms() {
  return (
    <Suspense fallback={<WaitingSheet />}>
      <Switch>
        {rooms.map((room) => (
          <Route key={room.name} path={pathOf(room)}>
            <room.page />
          </Route>
        ))}
        <Route>
          <Redirect to="/" replace />
        </Route>
      </Switch>
    </Suspense>
  );
}

/** The shape of the room somebody comes to. */
const WaitingRooms = () => (
  <Switch>
    <Route path="/">
      <WaitingWallet />
    </Route>
    <Route>
      <WaitingSheet />
    </Route>
  </Switch>
);

export const WaitingApp = () => (
  <Frame title="Hansa">
    <WaitingRooms />
  </Frame>
);
