/** The language of these pages; and, when it changes, the offer to be written to in it as well. */

import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../../shared/acts";
import { Field } from "../../shared/field";
import { changeLanguage, LANGUAGES, type Language, offered, remember } from "../../shared/i18n";
import { ChangeProfile, type Profile } from "./documents";

export function Languages({ profile }: { profile: Profile }) {
  const { t, i18n } = useTranslation("me");
  const { run, busy, refusals } = useAct(ChangeProfile, ({ myProfileChange }) => myProfileChange.userErrors);
  const here = i18n.language as Language;
  const written = profile.language?.split("-")[0] ?? "en";
  const choose = (language: Language) => {
    remember(language);
    void changeLanguage(language);
  };
  return (
    <div className="me-language">
      <Field label={t("overview.language")}>
        <select value={here} onChange={(event) => choose(event.target.value as Language)}>
          {offered.map((language) => (
            <option key={language} value={language} lang={language}>
              {LANGUAGES[language]}
            </option>
          ))}
        </select>
      </Field>
      {here !== written && (
        <div className="me-note" role="status">
          <p>
            {t("overview.writtenIn", {
              language: Object.hasOwn(LANGUAGES, written) ? LANGUAGES[written as Language] : written,
            })}
          </p>
          <button
            type="button"
            className="quiet-action"
            disabled={busy}
            onClick={() => void run(() => ({ input: { language: here } }))}
          >
            {t("overview.writeIn", { language: LANGUAGES[here] })}
          </button>
        </div>
      )}
      <Refusals of={refusals} />
    </div>
  );
}
