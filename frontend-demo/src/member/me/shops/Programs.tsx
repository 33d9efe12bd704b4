/** A partner's programs that may ask on somebody's behalf. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../../../shared/formatting";
import { wordFor } from "../../../shared/i18n";
import type { Grant, Shop } from "./documents";

export function Programs({ shop, end }: { shop: Shop; end: (grant: Grant) => void }) {
  const { t } = useTranslation("me");
  const { day } = useFormats();
  if (shop.grants.length === 0) return null;
  return (
    <section aria-labelledby="programs-label">
      <h2 id="programs-label">{t("shops.programs.heading")}</h2>
      <ul className="me-purposes">
        {shop.grants.map((grant) => (
          <li key={grant.id} className="me-purpose">
            <div>
              <p className="me-entry-name">{grant.clientName}</p>
              <p className="me-hint">
                {[
                  t("shops.programs.since", { day: day(grant.createdAt) }),
                  grant.lastUsedAt
                    ? t("shops.programs.used", { day: day(grant.lastUsedAt) })
                    : t("shops.programs.unused"),
                ].join(" · ")}
              </p>
              <p className="me-words">{grant.scopes.map((scope) => wordFor(t, "scopes", scope.replace(":", "_"))).join(" · ")}</p>
            </div>
            <button
              type="button"
              className="quiet-action"
              onClick={() => end(grant)}
              aria-label={`${t("shops.programs.end")}: ${grant.clientName}`}
            >
              {t("shops.programs.end")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
