/** What a campaign has come to until this moment: points by day, who paid, the budget, and what it has brought. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { ChartFrame } from "../../../shared/charts/frame";
import { Bone } from "../../../shared/chrome";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { may, useSession } from "../../../shared/session";
import { Columns } from "../Columns";
import { Results, type ResultsFound, type Whole } from "../documents";
import { count, money as typedMoney } from "../terms/wording";
import { useSpeaker } from "../house";
import { lastsUntil } from "./pace";
import { UpliftView } from "./UpliftView";

const BUCKETS = ["DAY", "MONTH"] as const;
type Bucket = (typeof BUCKETS)[number];

export default function ResultsView({ campaign }: { campaign: Whole }) {
  const { t } = useTranslation("campaigns");
  const session = useSession();
  const [bucket, setBucket] = useState<Bucket>("DAY");
  const [{ data, error, fetching }, again] = useQuery({ query: Results, variables: { id: campaign.id, bucket }, requestPolicy: "cache-and-network" });
  return (
    <section aria-labelledby="results-label" className="campaign-block">
      <div className="campaign-block-head">
        <h2 id="results-label">{t("results.heading")}</h2>
        <button type="button" className="tool" disabled={fetching} onClick={() => again({ requestPolicy: "network-only" })}>
          {t("results.again")}
        </button>
      </div>
      {data ? (
        <Found found={data.campaignResults} campaign={campaign} bucket={bucket} choose={setBucket} />
      ) : error ? (
        <p role="alert">{t("results.failed")}</p>
      ) : (
        <Bone width="100%" height="100dvh" />
      )}
      {may(session, "analytics:read") && count(campaign.control ?? "0") > 0 && <UpliftView id={campaign.id} />}
    </section>
  );
}

interface FoundProps {
  found: ResultsFound;
  campaign: Whole;
  bucket: Bucket;
  choose: (bucket: Bucket) => void;
}

function Found({ found, campaign, bucket, choose }: FoundProps) {
  const { t } = useTranslation("campaigns");
  const { points, dateTime } = useFormats();
  const { tally } = found;
  const speaker = useSpeaker(NOBODY);
  const figures = [
    ["reached", String(tally.reached)],
    ["awards", String(tally.awards)],
    ["points", points(tally.points)],
    ["pointsBack", points(tally.pointsBack)],
    ...(Number(tally.money) > 0 ? [["money", typedMoney(speaker, tally.money)]] : []),
    ...(tally.tokens > 0 ? [["tokens", String(tally.tokens)]] : []),
  ] as const;
  return (
    <>
      <p className="quiet">{t("results.asOf", { at: dateTime(found.asOf) })}</p>
      <dl className="tally">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{t(`results.tally.${name as "reached"}`)}</dt>
            <dd className="figures">{/^\d+$/.test(value ?? "") ? points(value ?? "0") : value}</dd>
          </div>
        ))}
      </dl>
      <BudgetStanding found={found} campaign={campaign} />
      <Stretches found={found} bucket={bucket} choose={choose} />
      <BySponsor found={found} />
    </>
  );
}

const NOBODY: ReadonlyMap<string, string> = new Map();

function BudgetStanding({ found: { budget, asOf }, campaign }: { found: ResultsFound; campaign: Whole }) {
  const { t } = useTranslation("campaigns");
  const { day, percent, decimal } = useFormats();
  const speaker = useSpeaker(NOBODY);
  if (!budget) return null;
  const shown = (value: string) => (campaign.budget?.money ? typedMoney(speaker, value) : t("list.pointsOf", { points: decimal(value) }));
  const part = Number(budget.whole) > 0 ? Math.min(1, Number(budget.used) / Number(budget.whole)) : 0;
  const until = campaign.liveFrom && campaign.state === "LIVE" ? lastsUntil({ ...budget, since: campaign.liveFrom, asOf, endsAt: campaign.endsAt }) : null;
  return (
    <div className="budget">
      <h3>{t("results.budget")}</h3>
      <span className="budget-meter" aria-hidden="true">
        <span style={{ inlineSize: `${part * 100}%` }} />
      </span>
      <p className="figures">{t("results.used", { used: shown(budget.used), whole: shown(budget.whole), share: percent(part.toFixed(3)) })}</p>
      <p className="quiet">
        {t("results.available", { left: shown(budget.left) })}{" "}
        {until === "gone" && t("results.gone")}
        {until === "end" && t("results.lasts")}
        {until instanceof Date && t("results.until", { day: day(until) })}
      </p>
    </div>
  );
}

function Stretches({ found: { stretches }, bucket, choose }: Omit<FoundProps, "campaign">) {
  const { t } = useTranslation("campaigns");
  const { points, day, month } = useFormats();
  const called = bucket === "DAY" ? day : month;
  if (stretches.length === 0) return <p>{t("results.nothing")}</p>;
  return (
    <ChartFrame
      level={3}
      heading={t(`results.over.${bucket}`)}
      tools={BUCKETS.map((one) => (
        <button key={one} type="button" className="tool" aria-pressed={bucket === one} onClick={() => choose(one)}>
          {t(`results.buckets.${one}`)}
        </button>
      ))}
      figures={{
        columns: [t("results.when"), t("results.tally.awards"), t("results.tally.reached"), t("results.tally.points"), t("results.tally.pointsBack")],
        rows: stretches.map(({ startsAt, tally }) => [
          called(startsAt), points(String(tally.awards)), points(String(tally.reached)), points(tally.points), points(tally.pointsBack),
        ]),
      }}
    >
      <Columns
        shown={points}
        columns={stretches.map(({ startsAt, tally }) => ({
          label: called(startsAt),
          parts: [{ name: "terms", value: tally.points }],
          told: t("results.column", { when: called(startsAt), points: points(tally.points) }),
        }))}
      />
    </ChartFrame>
  );
}

function BySponsor({ found: { sponsors } }: { found: ResultsFound }) {
  const { t } = useTranslation("campaigns");
  const { points, money } = useFormats();
  if (sponsors.length === 0) return null;
  return (
    <table className="sheet-table">
      <caption>{t("results.bySponsor")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("results.sponsor")}</th>
          <th scope="col" className="number">{t("results.tally.points")}</th>
          <th scope="col" className="number">{t("results.tally.pointsBack")}</th>
          <th scope="col" className="number">{t("results.cost")}</th>
        </tr>
      </thead>
      <tbody>
        {sponsors.map((sponsor) => (
          <tr key={sponsor.partner.id}>
            <th scope="row">
              <PartnerName partner={sponsor.partner} />
            </th>
            <td className="number figures">{points(sponsor.points)}</td>
            <td className="number figures">{points(sponsor.pointsBack)}</td>
            <td className="number figures">{sponsor.cost ? money(sponsor.cost) : t("results.notTold")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
