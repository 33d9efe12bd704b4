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
import { CampaignOf, type Version, VersionOf, type Whole } from "./documents";
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
  const [{ data, error }, again] = useQuery({ query: CampaignOf, variables: { id }, requestPolicy: "cache-and-network" });
  const { t } = useTranslation("campaigns");
  if (!data) return error ? <Failed again={() => again({ requestPolicy: "network-only" })} /> : <WaitingSheet />;
  if (!data.campaign) {
    return (
      <Notice heading={t("missing.heading")}>
        <p>{t("missing.text")}</p>
        <Link href="/campaigns">{t("missing.back")}</Link>
      </Notice>
    );
  }
  return <Known latest={data.campaign} versions={data.campaignVersions} again={() => again({ requestPolicy: "network-only" })} />;
}

/** One version of the campaign; the latest is there already. */
function useVersion(latest: Whole, version: number | null): Whole | null {
  const other = version !== null && version !== latest.version;
  const [{ data }] = useQuery({ query: VersionOf, variables: { id: latest.id, version: version ?? 0 }, pause: !other });
  return other ? (data?.campaign ?? null) : version === null ? null : latest;
}

interface KnownProps {
  latest: Whole;
  versions: readonly Version[];
  again: () => void;
}

function Known({ latest, versions, again }: KnownProps) {
  const { t } = useTranslation("campaigns");
  const [search] = useSearchParams();
  const session = useSession();
  const own = useOwn();
  const { viewer } = useHouse();
  const asked = Number(search.get("version"));
  const chosen = versions.find(({ version }) => version === asked)?.version ?? latest.version;
  const earlier = versions.find(({ version }) => version === chosen - 1)?.version ?? null;
  const compare = search.get("compare") === "before";
  const shown = useVersion(latest, chosen);
  const before = useVersion(latest, compare ? earlier : null);
  const concerned = viewer.audience === "COALITION" || [latest.owner, ...latest.sponsors.map(({ partner }) => partner)].some(({ id }) => id === own?.id);
  const wasLive = versions.some(({ liveFrom }) => liveFrom !== null);
  if (!shown) return <WaitingSheet />;
  return (
    <main className="campaign">
      <Head shown={shown} latest={latest} />
      <div className="campaign-sheet">
        <div className="campaign-main">
          <Promise shown={shown} before={before} earlier={earlier} compare={compare} />
          <Suspense fallback={<WaitingSheet lines={3} />}>
            {concerned && wasLive && <ResultsView campaign={latest} />}
            {concerned && may(session, "campaigns:read") && <BacktestsView campaign={latest} />}
          </Suspense>
        </div>
        <aside className="campaign-side" aria-label={t("life.label")}>
          <Life campaign={latest} again={again} />
          <Versions versions={versions} shown={shown.version} />
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
function Promise({ shown, before, earlier, compare }: { shown: Whole; before: Whole | null; earlier: number | null; compare: boolean }) {
  const { t } = useTranslation("campaigns");
  const names = useMemo(() => new Map([...(before ? namesIn(before) : []), ...namesIn(shown)]), [shown, before]);
  const speaker = useSpeaker(names);
  const terms = useMemo(() => termsOf(shown), [shown]);
  const said = before ? told(termsOf(before), speaker) : undefined;
  return (
    <section aria-labelledby="promise-label" className="campaign-block">
      <div className="campaign-block-head">
        <h2 id="promise-label">{t("promise")}</h2>
        {earlier !== null && (
          <Link href={`/campaigns/${shown.id}?${new URLSearchParams({ version: String(shown.version), ...(!compare && { compare: "before" }) })}`}>
            {t(compare ? "versions.plain" : "versions.compare", { version: earlier })}
          </Link>
        )}
      </div>
      <Sentences told={told(terms, speaker)} before={said} expression={conditionOf(terms)} />
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

export function LiveTimes({ version }: { version: Version }) {
  const { t } = useTranslation("campaigns");
  const { dateTime } = useFormats();
  if (version.liveFrom === null) return <>{t("versions.neverLive")}</>;
  return version.liveUntil === null ? (
    <>{t("versions.liveSince", { from: dateTime(version.liveFrom) })}</>
  ) : (
    <>{t("versions.liveFromTo", { from: dateTime(version.liveFrom), until: dateTime(version.liveUntil) })}</>
  );
}
