/** The tiers of a programme from the lowest up: what each takes and what it brings. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../../shared/formatting";
import type { Terms, Tier } from "./tierDocuments";
import { rungs } from "./tiers";
import { useWords } from "./words";

interface Props {
  terms: Terms;
  here: string | null;
  next: string | null;
}

export function Ladder({ terms, here, next }: Props) {
  const { t } = useTranslation("rewards");
  return (
    <ol className="ladder" aria-label={t("tiers.ladder")}>
      {rungs(terms.tiers, here, next).map(({ tier, rung }) => (
        <li key={tier.name} className={`rung ${rung}`} aria-current={rung === "here" ? "step" : undefined}>
          <span className="rung-mark" aria-hidden="true" />
          <span className="rung-words">
            <span className="rung-name">
              {tier.name}
              {rung === "here" && <span className="reward-mark">{t("tiers.here")}</span>}
            </span>
            {tier.benefits && <span className="rung-benefits">{tier.benefits}</span>}
          </span>
          <span className="rung-takes">
            <Takes tier={tier} measure={terms.measure} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Takes({ tier, measure }: { tier: Tier; measure: Terms["measure"] }) {
  const { t } = useTranslation("rewards");
  const { points, money } = useFormats();
  if (tier.byInvitation) return <>{t("tiers.byInvitation")}</>;
  if (tier.money) return <>{/[1-9]/.test(tier.money.amount) ? money(tier.money) : t("tiers.everybody")}</>;
  if (tier.count === null || tier.count === "0") return <>{t("tiers.everybody")}</>;
  return <>{t(`tiers.takes.${measure}`, { count: Number(tier.count), figure: points(tier.count) })}</>;
}

/** What counts, in which time, and for how long a tier is kept. */
export function Rules({ terms }: { terms: Terms }) {
  const { t } = useTranslation("rewards");
  const words = useWords();
  const { months, keptMonths, partners } = terms;
  return (
    <details className="tier-rules">
      <summary>{t("tiers.rules")}</summary>
      <ul>
        <li>{t(`tiers.measures.${terms.measure}`)}</li>
        {partners.length > 0 && <li>{t("tiers.at", { partners: words.all.format(partners.map(({ name }) => name)) })}</li>}
        {terms.measure !== "INVITATION" && <li>{t(`tiers.periods.${terms.period}`, { count: months ?? 0 })}</li>}
        {terms.measure !== "INVITATION" && <li>{t(`tiers.kept.${terms.kept}`, { count: keptMonths ?? 0 })}</li>}
        {terms.softLanding && <li>{t("tiers.softLanding")}</li>}
        {terms.household && <li>{t("tiers.household")}</li>}
      </ul>
    </details>
  );
}
