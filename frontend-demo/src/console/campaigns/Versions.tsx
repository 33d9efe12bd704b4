/** The versions of a campaign, the latest first; each has an address of its own. */

import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { LiveTimes } from "./CampaignPage";
import type { Version } from "./documents";

export function Versions({ versions, shown }: { versions: readonly Version[]; shown: number }) {
  const { t } = useTranslation("campaigns");
  if (versions.length < 2) return null;
  return (
    <section aria-labelledby="versions-label">
      <h2 id="versions-label">{t("versions.label")}</h2>
      <ol className="versions">
        {versions.map((version) => (
          <li key={version.version}>
            <Link
              href={`/campaigns/${version.id}?version=${version.version}&compare=before`}
              aria-current={version.version === shown ? "true" : undefined}
            >
              {t("version", { version: version.version })}
            </Link>
            <span className={`campaign-mark ${version.state}`}>{t(`states.${version.state}`)}</span>
            <span className="versions-times">
              <LiveTimes version={version} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
