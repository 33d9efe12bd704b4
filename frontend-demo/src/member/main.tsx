/** The members' entry. */

import common from "../locales/en/common.json";
import member from "../locales/en/member.json";
import { begin } from "../shared/begin";
import { MemberApp, WaitingApp } from "./MemberApp";

void begin({
  at: "/app",
  for: ["MEMBER"],
  words: { common, member },
  shown: <MemberApp />,
  waiting: <WaitingApp />,
});
