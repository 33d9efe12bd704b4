/** The tills' entry: each shop's till has its own address and its own session. */

import { createRoot } from "react-dom/client";
import { I18nextProvider } from "react-i18next";

import common from "../locales/en/common.json";
import till from "../locales/en/till.json";
import "../shared/base.css";
import { begin } from "../shared/begin";
import { speak } from "../shared/i18n";
import { OfflineTill } from "./OfflineTill";
import { seatOf, shopAt } from "./seat";
import { Shops } from "./Shops";
import "./till.css";
import { SignedOutTill } from "./SignedOutTill";
import { TillApp, WaitingTill } from "./TillApp";

const slug = shopAt(window.location.pathname);
const words = { common, till };

if (slug) {
  void begin({
    at: `/till/${slug}`,
    seat: seatOf(slug),
    for: ["PARTNER"],
    words,
    shown: <TillApp slug={slug} />,
    waiting: <WaitingTill />,
    signedOut: <SignedOutTill slug={slug} />,
    offline: (again) => <OfflineTill slug={slug} again={again} />,
  });
} else {
  void speak(words).then((spoken) => {
    const root = document.getElementById("root");
    if (!root) throw new Error("The page has no root.");
    createRoot(root).render(
      <I18nextProvider i18n={spoken}>
        <Shops />
      </I18nextProvider>,
    );
  });
}
