/** The members' first page: balance, provenance, what happens when, what happened. */

import { useTranslation } from "react-i18next";

import { Bone, LineState, Masthead, Notice } from "../shared/chrome";
import { FormattingIn } from "../shared/formatting";
import { SignOut } from "../shared/leaving";
import type { Session } from "../shared/session";
import { Activity } from "./Activity";
import { Balance } from "./Balance";
import { useWallet } from "./useWallet";

export function WalletPage({ session }: { session: Session }) {
  const { t } = useTranslation();
  const { wallet, timeline, programme, error, readAgain, loadOlder, older } = useWallet();
  if (!wallet || !timeline || !programme) {
    if (!error) return <WaitingWallet />;
    return (
      <Notice
        urgent
        heading={t("unreachable.heading")}
        action={{ label: t("retry"), act: () => readAgain({ requestPolicy: "network-only" }) }}
      >
        <p>{t("unreachable.text")}</p>
      </Notice>
    );
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
          <SignOut session={session} />
        </footer>
      </div>
    </FormattingIn>
  );
}

/** The page's shape, before its figures are known. */
export function WaitingWallet() {
  const { t } = useTranslation();
  return (
    <div className="wallet-page" aria-busy="true">
      <Masthead title="Hansa" />
      <main>
        <div className="wallet-side">
          <section className="balance">
            <h1>{t("member:balance.label")}</h1>
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
              {t("loading")}
            </p>
          </section>
          <p className="line-state" />
        </div>
        <section className="activity">
          <h2>{t("member:activity.label")}</h2>
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
