/** Taking one's own data away: gathered here in the browser, kept nowhere else. */

import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { download } from "../../../shared/download";
import { useFormats } from "../../../shared/formatting";
import { useHeld } from "../../walletContext";
import { Section } from "../Section";
import { activityCsv, toJson } from "./files";
import type { Gathered, Progress } from "./gathering";
import { PARTS } from "./parts";
import { useGathering } from "./useGathering";

export function DataPage() {
  const { t, i18n } = useTranslation("me");
  const { state, begin, stop } = useGathering(i18n.language);
  return (
    <Section title={t("data.title")} back={{ to: "/me", label: t("overview.heading") }} lead={t("data.lead")}>
      <section aria-label={t("data.title")} className="me-gathering">
        {state.kind === "gathering" ? (
          <Gathering progress={state.progress} stop={stop} />
        ) : (
          <>
            {state.kind === "unfinished" && <p role="alert">{t(`data.unfinished.${state.why}`)}</p>}
            {state.kind === "gathered" && <Files gathered={state.gathered} rows={state.rows} />}
            {state.kind !== "gathered" && (
              <button type="button" className="action" onClick={begin}>
                {t("data.begin")}
              </button>
            )}
          </>
        )}
      </section>
      <details className="me-before">
        <summary>{t("data.what")}</summary>
        <ul className="me-parts">
          {PARTS.map((part) => (
            <li key={part}>{t(`parts.${part}`)}</li>
          ))}
        </ul>
      </details>
      <section aria-labelledby="forget-label">
        <h2 id="forget-label">{t("data.forget")}</h2>
        <p>{t("data.forgetText")}</p>
        <p>
          <Link href="/me/help">{t("data.forgetAsk")}</Link>
        </p>
      </section>
    </Section>
  );
}

function Gathering({ progress, stop }: { progress: Progress | null; stop: () => void }) {
  const { t } = useTranslation("me");
  const said = progress ? t("data.progress", { count: progress.rows, part: t(`parts.${progress.part}`) }) : t("data.beginning");
  return (
    <>
      <progress max={PARTS.length} value={progress?.done ?? 0} aria-label={t("data.gathering")} />
      <p className="figures me-progress">{said}</p>
      <button type="button" className="quiet-action" onClick={stop}>
        {t("data.stop")}
      </button>
    </>
  );
}

function Files({ gathered, rows }: { gathered: Gathered; rows: number }) {
  const { t, i18n } = useTranslation("me");
  const { dayKey } = useFormats();
  const { known } = useHeld();
  const name = `${known.programme.name} ${dayKey(known.now)}`;
  const about = { programme: known.programme.name, at: known.now, language: i18n.language };
  return (
    <>
      <p role="status">{t("data.gathered", { count: rows })}</p>
      <p className="me-after">
        <button
          type="button"
          className="action"
          onClick={() => download(`${name}.json`, toJson(gathered, about), "application/json")}
        >
          {t("data.json")}
        </button>
        <button
          type="button"
          className="quiet-action"
          onClick={() => download(`${name}.csv`, activityCsv(gathered), "text/csv")}
        >
          {t("data.csv")}
        </button>
      </p>
    </>
  );
}
