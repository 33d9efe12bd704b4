/** The members' entry. */

import common from "../locales/en/common.json";
import member from "../locales/en/member.json";
import { begin } from "../shared/begin";
import { atEnd } from "../shared/session";
import { MyWallet } from "./documents";
import { MemberApp, WaitingApp } from "./MemberApp";
import { forget } from "./offline/kept";
import { OfflineApp } from "./offline/OfflineApp";
import { Welcome } from "./Welcome";

atEnd(forget);

void begin({
  at: "/app",
  for: ["MEMBER"],
  words: { common, member },
  first: MyWallet,
  shown: <MemberApp />,
  waiting: <WaitingApp />,
  signedOut: <Welcome />,
  offline: (again) => <OfflineApp again={again} />,
});
