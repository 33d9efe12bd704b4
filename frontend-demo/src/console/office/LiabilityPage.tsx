/** What is owed to members: points out, how many will be redeemed, what is kept for them, how money moves on. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { useSearchParams } from "wouter";

import { useFormats } from "../../shared/formatting";
import { useSession } from "../../shared/session";
import { Empty, Failed, WaitingSheet } from "../../shared/states";
import { Account } from "./liability/Account";
import { Carrying } from "./liability/Carrying";
import { Cover, CoverDays, Fact, NeedBySponsor, Scenarios } from "./liability/Cover";
import { Outstanding, Ultimate } from "./liability/Curves";
import { DeferredRevenue } from "./liability/DeferredRevenue";
import { LiabilityOf, ReserveNow, Sponsors } from "./liability/documents";
import "./liability/liability.css";
import { Rolled } from "./liability/Rolled";
import "./office.css";

export default function LiabilityPage() {
  const { t } = useTranslation("office");
  const coalition = useSession().audience === "COALITION";
  const [search, setSearch] = useSearchParams();
  const [{ data: known }] = useQuery({ query: Sponsors });
  const partners = known?.partners.nodes ?? [];
  const chosen = coalition ? (partners.find((one) => one.slug === search.get("partner")) ?? null) : null;
  const choose = (slug: string) => setSearch(slug ? { partner: slug } : {}, { replace: true });
  if (!known) return <WaitingSheet />;
  return (
    <main className="office">
      <header className="office-head">
        <div>
          <h1>{t("liability.heading")}</h1>
          <p className="office-told">{t(coalition ? "liability.told" : "liability.toldOwn")}</p>
        </div>
        {coalition && (
          <select className="input" aria-label={t("liability.sponsor")} value={chosen?.slug ?? ""} onChange={(event) => choose(event.target.value)}>
            <option value="">{t("liability.all")}</option>
            {partners.map((one) => (
              <option key={one.slug} value={one.slug}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </header>
      <PointsOut sponsor={chosen?.id ?? null} />
      {coalition && !chosen && <Kept />}
      <Rolled sponsor={chosen?.id ?? null} currency={known.coalition.currency} />
      {(chosen || !coalition) && <DeferredRevenue partner={chosen?.id ?? null} currency={known.coalition.currency} />}
      {!chosen && <Carrying currency={known.coalition.currency} />}
    </main>
  );
}

/** As high as what it stands for: what comes earlier below it stays where it is. */
const Waiting = ({ lines, part }: { lines: number; part: "out" | "kept" }) => (
  <div className={`liability-waiting ${part}`}>
    <WaitingSheet lines={lines} />
  </div>
);

function PointsOut({ sponsor }: { sponsor: string | null }) {
  const { t } = useTranslation("office");
  const { points, percent, dateTime } = useFormats();
  const [{ data, error }, again] = useQuery({ query: LiabilityOf, variables: { sponsor } });
  if (error && !data) return <Failed again={() => again({ requestPolicy: "network-only" })} />;
  if (!data) return <Waiting lines={4} part="out" />;
  const liability = data.liability;
  if (!liability || liability.cohorts.length === 0) {
    return (
      <Empty heading={t("liability.none")}>
        <p>{t("liability.noneText")}</p>
      </Empty>
    );
  }
  return (
    <>
      <dl className="office-facts">
        <Fact label={t("liability.outstanding.out")} value={points(liability.outstanding)} strong />
        <Fact label={t("liability.furtherExpected")} value={points(liability.further.expected)} />
        <Fact label={t("liability.rate")} value={percent(Number(liability.ultimateRedemptionRate.expected).toFixed(3))} />
        <Fact label={t("liability.asOf")} value={dateTime(liability.asOf)} />
      </dl>
      <div className="office-pair">
        <Outstanding sponsor={sponsor} cycles={data.cycles.nodes} liability={liability} />
        <Ultimate liability={liability} />
      </div>
    </>
  );
}

/** The reserve and its account are the coalition's. */
function Kept() {
  const [{ data, error }, again] = useQuery({ query: ReserveNow });
  if (error && !data) return <Failed again={() => again({ requestPolicy: "network-only" })} />;
  if (!data) return <Waiting lines={6} part="kept" />;
  if (!data.reserve) return null;
  return (
    <>
      <div className="office-pair">
        <Cover position={data.reserve.position} stoppedAt={data.reserve.issuanceStoppedAt} />
        <NeedBySponsor position={data.reserve.position} />
      </div>
      <CoverDays reserve={data.reserve} />
      <div className="office-pair">
        <Scenarios reserve={data.reserve} />
        <Account reserve={data.reserve} again={() => again({ requestPolicy: "network-only" })} />
      </div>
    </>
  );
}
