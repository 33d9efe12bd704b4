/** Telling afterwards by whose invitation one came. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../../../shared/acts";
import { Field } from "../../../shared/field";
import { TellCode as Tell } from "./documents";

export function TellCode() {
  const { t, i18n } = useTranslation("me");
  const [code, setCode] = useState("");
  const [said, setSaid] = useState("");
  const { run, busy, refusals } = useAct(Tell, ({ myReferralAccept }) => myReferralAccept.userErrors);
  const tell = async (event: FormEvent) => {
    event.preventDefault();
    const answer = await run(() => ({ code, language: i18n.language }));
    setSaid(answer?.myReferralAccept.referral?.message ?? "");
  };
  return (
    <section aria-labelledby="tell-label">
      <h2 id="tell-label">{t("friends.tell.heading")}</h2>
      <form className="me-form" onSubmit={(event) => void tell(event)}>
        <Field label={t("friends.tell.label")} hint={t("friends.tell.hint")}>
          <input
            required
            autoCapitalize="characters"
            autoComplete="off"
            spellCheck={false}
            maxLength={20}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        </Field>
        <Refusals of={refusals} />
        <p className="me-save">
          <button type="submit" className="quiet-action" disabled={busy}>
            {t("friends.tell.send")}
          </button>
          <span role="status">{said}</span>
        </p>
      </form>
    </section>
  );
}
