/** One thing that a partner may be allowed: whether it is, since when, in which words; and the way to change it. */

import { useTranslation } from "react-i18next";

import { lastMoment } from "../../../shared/formats";
import { useFormats } from "../../../shared/formatting";
import type { Consent, Purpose } from "./documents";

interface Props {
  purpose: Purpose;
  given: Consent | undefined;
  give: () => void;
  takeBack: () => void;
}

export function PurposeRow({ purpose, given, give, takeBack }: Props) {
  const { t } = useTranslation("me");
  const name = t(`purposes.${purpose}.name`);
  return (
    <li className="me-purpose">
      <div>
        <p className="me-entry-name">{name}</p>
        {given ? <Since given={given} /> : <p className="me-hint">{t("shops.notAllowed")}</p>}
        {given?.words && <p className="me-words">{given.words}</p>}
      </div>
      {given ? (
        <button type="button" className="quiet-action" onClick={takeBack} aria-label={`${t("shops.takeBack")}: ${name}`}>
          {t("shops.takeBack")}
        </button>
      ) : (
        <button type="button" className="quiet-action" onClick={give} aria-label={`${t("shops.give")}: ${name}`}>
          {t("shops.give")}
        </button>
      )}
    </li>
  );
}

function Since({ given }: { given: Consent }) {
  const { t } = useTranslation("me");
  const { day } = useFormats();
  const said = [
    t(`ways.${given.givenThrough}`, { day: day(given.givenAt) }),
    given.expiresAt && t("shops.until", { day: day(lastMoment(given.expiresAt)) }),
    given.textVersion > 0 && t("shops.version", { version: given.textVersion }),
  ].filter(Boolean);
  return <p className="me-hint">{said.join(" · ")}</p>;
}
