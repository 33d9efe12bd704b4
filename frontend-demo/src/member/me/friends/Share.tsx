/** Passing an invitation on, by the system's own sheet or by copying it. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useHeld } from "../../walletContext";
import type { Referral } from "./documents";
import { grouped, pass } from "./sharing";

export function Share({ referral }: { referral: Referral }) {
  const { t } = useTranslation("me");
  const { known } = useHeld();
  const [said, setSaid] = useState<"shared" | "copied" | "failed" | null>(null);
  const text = t("friends.text", { programme: known.programme.name, code: grouped(referral.code) });
  const share = () =>
    pass({ text, url: referral.link }).then(
      (how) => setSaid(how || null),
      () => setSaid("failed"),
    );
  const copy = () =>
    navigator.clipboard.writeText(referral.link).then(
      () => setSaid("copied"),
      () => setSaid("failed"),
    );
  return (
    <div className="me-share">
      <button type="button" className="action" onClick={() => void share()}>
        {t("friends.share")}
      </button>
      <button type="button" className="quiet-action" onClick={() => void copy()}>
        {t("friends.copy")}
      </button>
      <p role="status" className="me-hint">
        {said && t(`friends.said.${said}`)}
      </p>
      <p className="me-link">{referral.link}</p>
    </div>
  );
}
