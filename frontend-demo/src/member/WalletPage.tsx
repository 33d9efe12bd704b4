/** The members' first page: balance, provenance, what happens when, what happened. */

import { useTranslation } from "react-i18next";

import { Bone, LineState, Masthead } from "../shared/chrome";
import { FormattingIn } from "../shared/formatting";
import { SignOut } from "../shared/leaving";
import { Failed } from "../shared/states";
import { Activity } from "./Activity";
import { Balance } from "./Balance";
import { useWallet } from "./useWallet";

export function WalletPage() {
  const { wallet, timeline, programme, error, readAgain, loadOlder, older } = useWallet();
  if (!wallet || !timeline || !programme) {
    if (!error) return <WaitingWallet />;
    return <Failed again={() => readAgain({ requestPolicy: "network-only" })} />;
  }
  return (
    <FormattingIn timeZone={programme.coalition.timeZone} now={programme.serverTime}>
      <div className="wallet-page">
        <Masthead title={programme.coalition.name} />
        <main>
          <div className="wallet-side">
            <Balance wallet={wallet} />
            <LineState />
          </div>
          <Activity
            timeline={timeline}
            now={programme.serverTime}
            programme={programme.coalition.name}
            loadOlder={loadOlder}
            older={older}
          />
        </main>
        <footer>
          <SignOut />
        </footer>
      </div>
    </FormattingIn>
  );
}

/** The page's shape, before its figures are known. */
export function WaitingWallet() {
  const { t } = useTranslation(["member", "common"]);
  return (
    <div className="wallet-page" aria-busy="true">
      <Masthead title="Hansa" />
      <main>
        <div className="wallet-side">
          <section className="balance">
            <h1>{t("balance.label")}</h1>
            <p className="balance-figure">
              <Bone width="9rem" height="0.7em" />
            </p>
            <div className="bar bar-empty" />
            <div className="provenance provenance-waiting" aria-hidden="true" />
            <ul className="chips" aria-hidden="true">
              <li className="chip chip-waiting" />
              <li className="chip chip-waiting" />
            </ul>
            <p className="unseen" role="status">
              {t("common:loading")}
            </p>
          </section>
          <p className="line-state" />
        </div>
        <section className="activity">
          <h2>{t("activity.label")}</h2>
          {[0, 1, 2, 3].map((line) => (
            <p key={line} className="waiting-line">
              <Bone width="55%" />
              <Bone width="4rem" />
            </p>
          ))}
        </section>
      </main>
    </div>
  );
}
