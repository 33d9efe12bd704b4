/** The members' entry. */

import common from "../locales/en/common.json";
import member from "../locales/en/member.json";
import { begin } from "../shared/begin";
import "./member.css";
import { WaitingWallet, WalletPage } from "./WalletPage";

void begin({
  for: ["MEMBER"],
  words: { common, member },
  shown: (session) => <WalletPage session={session} />,
  waiting: <WaitingWallet />,
});
