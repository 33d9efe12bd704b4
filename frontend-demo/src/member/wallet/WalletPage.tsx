/** The wallet, the first room: what can be spent, the card, what is worth doing now, what happened last. */

import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { SignOut } from "../../shared/leaving";
import { Days } from "../activity/Days";
import { useHeld } from "../walletContext";
import { Balance } from "./Balance";
import { CardStrip } from "./CardStrip";
import { Next } from "./Next";
import { Standing } from "./Standing";
import "./wallet.css";

const LATEST = 8;

export function WalletPage() {
  const { known, asOf } = useHeld();
  return (
    <div className="wallet">
      <div className="wallet-side">
        {asOf !== null && <Standing asOf={asOf} />}
        <Balance wallet={known.wallet} />
        <CardStrip number={known.cards[0] ?? null} />
      </div>
      <div className="wallet-main">
        {asOf === null && <Next wallet={known.wallet} now={known.now} />}
        <Latest />
        {asOf === null && (
          <footer className="wallet-end">
            <SignOut />
          </footer>
        )}
      </div>
    </div>
  );
}

function Latest() {
  const { t } = useTranslation("member");
  const { known, asOf } = useHeld();
  const { entries } = known.timeline;
  return (
    <section className="wallet-latest" aria-labelledby="latest-label">
      <h2 id="latest-label">{t("activity.latest")}</h2>
      {entries.length === 0 && <p className="nothing">{t("activity.nothing")}</p>}
      <Days entries={entries.slice(0, LATEST)} level="h3" open={asOf === null} />
      {asOf === null && entries.length > 0 && (
        <Link href="/activity" className="wallet-all">
          {t("activity.all")}
        </Link>
      )}
    </section>
  );
}
