/** The wallet's shape, before its figures are known. */

import { useTranslation } from "react-i18next";

import { Bone } from "../../shared/chrome";
import "./wallet.css";

export function WaitingWallet() {
  const { t } = useTranslation(["member", "common"]);
  return (
    <div className="wallet" aria-busy="true">
      <div className="wallet-side">
        <section className="balance">
          <h1>{t("balance.label")}</h1>
          <p className="balance-figure">
            <Bone width="9rem" height="0.7em" />
          </p>
          <div className="bar bar-empty" />
          <div className="provenance-waiting" aria-hidden="true" />
          <ul className="chips" aria-hidden="true">
            <li className="chip chip-waiting" />
          </ul>
          <p className="unseen" role="status">
            {t("common:loading")}
          </p>
        </section>
        <div className="card-strip" aria-hidden="true">
          <Bone width="60%" />
        </div>
      </div>
      <div className="wallet-main">
        <section className="next">
          <h2>{t("next.label")}</h2>
          <WaitingThings />
        </section>
        <section className="wallet-latest">
          <h2>{t("activity.latest")}</h2>
          {[0, 1, 2, 3].map((line) => (
            <p key={line} className="waiting-line">
              <Bone width="55%" />
              <Bone width="4rem" />
            </p>
          ))}
        </section>
      </div>
    </div>
  );
}

export const WaitingThings = () => (
  <ul aria-hidden="true">
    {[0, 1, 2].map((line) => (
      <li key={line} className="thing">
        <Bone width="70%" />
      </li>
    ))}
  </ul>
);
