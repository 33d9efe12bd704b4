/** Where the member stands in a programme, how far it is to the next tier, and how that came about. */

import { useTranslation } from "react-i18next";

import { lastMoment } from "../../shared/formats";
import { useFormats } from "../../shared/formatting";
import type { Standing } from "./tierDocuments";
import { wayOf } from "./tiers";

export function Standpoint({ standing }: { standing: Standing }) {
  const { t } = useTranslation("rewards");
  const { longDay, day } = useFormats();
  const { tier, since, until, why } = standing;
  return (
    <div className="tier-standing">
      <p className="tier-here" data-testid="tier">
        {tier ?? t("tiers.noTier")}
      </p>
      {tier !== null && (
        <p className="tier-term">
          {[
            since !== null && t("tiers.since", { day: day(since) }),
            until !== null ? t("tiers.keptUntil", { day: longDay(lastMoment(until)) }) : t("tiers.noEnd"),
            why !== null && why !== "BASE" && t(`tiers.why.${why}`),
          ]
            .filter((part) => part !== false)
            .join(" · ")}
        </p>
      )}
      <ToNext standing={standing} />
    </div>
  );
}

function ToNext({ standing }: { standing: Standing }) {
  const { t } = useTranslation("rewards");
  const { points, money, day } = useFormats();
  const { progress } = standing;
  const way = wayOf(progress);
  if (!progress) return null;
  if (!way) return progress.next === null && standing.tier !== null ? <p className="reward-note">{t("tiers.top")}</p> : null;
  const figure = (value: string) => (way.currency === null ? points(value) : money({ amount: value, currency: way.currency }));
  const measure = progress.measure;
  const missing = { tier: progress.next?.name ?? "", missing: figure(way.missing), count: Number(way.missing) };
  return (
    <div className="tier-way">
      <p className="tier-missing">{t(`tiers.missing.${measure}`, missing)}</p>
      <div
        className="tier-bar"
        role="progressbar"
        aria-label={t(`tiers.counts.${measure}`)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(way.part * 100)}
        aria-valuetext={t("tiers.of", { have: figure(way.have), need: figure(way.need) })}
      >
        <span style={{ inlineSize: `${way.part * 100}%` }} />
      </div>
      <p className="tier-figures">
        <span className="figures">{t("tiers.of", { have: figure(way.have), need: figure(way.need) })}</span>
        <span>{t("tiers.counted", { since: day(progress.since), until: day(lastMoment(progress.until)) })}</span>
      </p>
    </div>
  );
}

export function History({ standing }: { standing: Standing }) {
  const { t } = useTranslation("rewards");
  const { day } = useFormats();
  if (standing.history.length === 0) return null;
  return (
    <details className="tier-history">
      <summary>{t("tiers.history")}</summary>
      <ol>
        {standing.history.map((step) => (
          <li key={step.since}>
            <span className="tier-when">{day(step.since)}</span>
            <span>
              {step.was === null || step.tier === null
                ? (step.tier ?? t("tiers.noTier"))
                : t("tiers.change", { was: step.was, now: step.tier })}
              <span className="tier-why">{t(`tiers.why.${step.why}`)}</span>
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
