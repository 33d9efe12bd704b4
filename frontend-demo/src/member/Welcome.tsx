/** What the members' app is, for somebody who is not signed in. */

import { useTranslation } from "react-i18next";

import { signIn } from "../shared/begin";
import { Main, Masthead, SkipLink } from "../shared/chrome";
import seal from "../shared/seal.svg";
import "./frame.css";

export function Welcome() {
  const { t } = useTranslation(["member", "common"]);
  return (
    <div className="member welcome">
      <SkipLink />
      <Masthead title="Hansa" />
      <Main>
        <div className="welcome-sheet">
          <img src={seal} width="96" height="96" alt="" />
          <h1>{t("welcome.heading")}</h1>
          <p className="welcome-text">{t("welcome.text")}</p>
          <p className="welcome-ways">
            <a className="action" href="/join">
              {t("welcome.join")}
            </a>
            <button type="button" className="quiet-action" onClick={signIn}>
              {t("common:signedOut.signIn")}
            </button>
          </p>
          <ul className="welcome-points">
            <li>{t("welcome.live")}</li>
            <li>{t("welcome.funded")}</li>
            <li>{t("welcome.offline")}</li>
          </ul>
        </div>
      </Main>
    </div>
  );
}
