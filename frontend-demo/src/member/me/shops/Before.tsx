/** What a partner was allowed before and is no more. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../../../shared/formatting";
import type { Shop } from "./documents";

export function Before({ shop }: { shop: Shop }) {
  const { t } = useTranslation("me");
  const { day } = useFormats();
  const past = shop.consents.filter(({ stands }) => !stands);
  if (past.length === 0) return null;
  return (
    <details className="me-before">
      <summary>{t("shops.before", { count: past.length })}</summary>
      <ul>
        {past.map((consent) => (
          <li key={`${consent.purpose} ${consent.givenAt}`}>
            <p>{t(`purposes.${consent.purpose}.name`)}</p>
            <p className="me-hint">
              {[
                t(`ways.${consent.givenThrough}`, { day: day(consent.givenAt) }),
                t("shops.ended", { day: day(consent.revokedAt ?? consent.expiresAt ?? consent.givenAt) }),
              ].join(" · ")}
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}
