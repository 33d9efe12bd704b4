/** One campaign: what it promises in sentences, its life, what it has come to, and what it would have come to. */

import { lazy, Suspense, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, useSearchParams } from "wouter";

import { Notice } from "../../shared/chrome";
import { useFormats } from "../../shared/formatting";
import { PartnerName } from "../../shared/partner";
import { may, useSession } from "../../shared/session";
import { Failed, WaitingSheet } from "../../shared/states";
import { CampaignVersions, type Whole } from "./documents";
import { useHouse, useOwn, useSpeaker } from "./house";
import { Life } from "./Life";
import { Sentences } from "./Sentences";
import { namesIn, termsOf } from "./terms/reading";
import { told } from "./terms/sentences";
import { conditionOf } from "./terms/writing";
import { Versions } from "./Versions";

const ResultsView = lazy(() => import("./results/ResultsView"));
const BacktestsView = lazy(() => import("./backtest/BacktestsView"));

export function CampaignPage({ id }: { id: string }) {
  const [{ data, error }, again] = useQuery({ query: CampaignVersions, variables: { id }, requestPolicy: "cache-and-network" });
  const { t } = useTranslation("campaigns");
  if (!data) return error ? <Failed again={() => again({ requestPolicy: "network-only" })} /> : <WaitingSheet />;
  if (data.campaignVersions.length === 0) {
    return (
      <Notice heading={t("missing.heading")}>
        <p>{t("missing.text")}</p>
        <Link href="/campaigns">{t("missing.back")}</Link>
      </Notice>
    );
  }
  return <Known versions={data.campaignVersions} again={() => again({ requestPolicy: "network-only" })} />;
}

function Known({ versions, again }: { versions: readonly Whole[]; again: () => void }) {
  const { t } = useTranslation("campaigns");
  const [search] = useSearchParams();
  const session = useSession();
  const own = useOwn();
  const { viewer } = useHouse();
  const asked = Number(search.get("version"));
  const latest = versions[0] as Whole;
  const shown = versions.find(({ version }) => version === asked) ?? latest;
  const before = versions.find(({ version }) => version === shown.version - 1);
  const concerned = viewer.audience === "COALITION" || [shown.owner, ...shown.sponsors.map(({ partner }) => partner)].some(({ id }) => id === own?.id);
  const wasLive = versions.some(({ liveFrom }) => liveFrom !== null);
  return (
    <main className="campaign">
      <Head shown={shown} latest={latest} />
      <div className="campaign-sheet">
        <div className="campaign-main">
          <Promise shown={shown} before={before} compare={search.get("compare") === "before"} />
          <Suspense fallback={<WaitingSheet lines={3} />}>
            {concerned && wasLive && <ResultsView campaign={latest} />}
            {concerned && may(session, "campaigns:read") && <BacktestsView campaign={latest} />}
          </Suspense>
        </div>
        <aside className="campaign-side" aria-label={t("life.label")}>
          <Life campaign={latest} again={again} />
          <Versions versions={versions} shown={shown} />
        </aside>
      </div>
    </main>
  );
}

function Head({ shown, latest }: { shown: Whole; latest: Whole }) {
  const { t } = useTranslation("campaigns");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <header className="campaign-head">
      <Link href="/campaigns" className="campaign-back">
        {t("missing.back")}
      </Link>
      <h1 ref={heading} tabIndex={-1}>
        {shown.name}
      </h1>
      <p className="campaign-facts">
        <PartnerName partner={shown.owner} />
        <span className={`campaign-mark ${shown.state}`}>{t(`states.${shown.state}`)}</span>
        <span>{t("version", { version: shown.version })}</span>
      </p>
      {shown !== latest && (
        <p className="campaign-old">
          {t("versions.old", { version: shown.version })} <Link href={`/campaigns/${shown.id}`}>{t("versions.toLatest")}</Link>
        </p>
      )}
    </header>
  );
}

/** What it promises; on demand held against the version before. */
function Promise({ shown, before, compare }: { shown: Whole; before: Whole | undefined; compare: boolean }) {
  const { t } = useTranslation("campaigns");
  const names = useMemo(() => new Map([...(before ? namesIn(before) : []), ...namesIn(shown)]), [shown, before]);
  const speaker = useSpeaker(names);
  const terms = useMemo(() => termsOf(shown), [shown]);
  const earlier = before && compare ? told(termsOf(before), speaker) : undefined;
  return (
    <section aria-labelledby="promise-label" className="campaign-block">
      <div className="campaign-block-head">
        <h2 id="promise-label">{t("promise")}</h2>
        {before && (
          <Link href={`/campaigns/${shown.id}?${new URLSearchParams({ version: String(shown.version), ...(!compare && { compare: "before" }) })}`}>
            {t(compare ? "versions.plain" : "versions.compare", { version: before.version })}
          </Link>
        )}
      </div>
      <Sentences told={told(terms, speaker)} before={earlier} expression={conditionOf(terms)} />
      {shown.wheel && <Wheel wheel={shown.wheel} />}
    </section>
  );
}

function Wheel({ wheel }: { wheel: NonNullable<Whole["wheel"]> }) {
  const { t } = useTranslation("campaigns");
  return (
    <p className="expression">
      <span className="expression-label">{t("wheel.commitment")}</span>
      <code>{wheel.commitment}</code>
      {wheel.seed && (
        <>
          <span className="expression-label">{t("wheel.seed")}</span>
          <code>{wheel.seed}</code>
        </>
      )}
    </p>
  );
}

export function LiveTimes({ version }: { version: Whole }) {
  const { t } = useTranslation("campaigns");
  const { dateTime } = useFormats();
  if (version.liveFrom === null) return <>{t("versions.neverLive")}</>;
  return version.liveUntil === null ? (
    <>{t("versions.liveSince", { from: dateTime(version.liveFrom) })}</>
  ) : (
    <>{t("versions.liveFromTo", { from: dateTime(version.liveFrom), until: dateTime(version.liveUntil) })}</>
  );
}
