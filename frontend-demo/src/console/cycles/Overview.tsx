/** The coalition's first screen: who pays and receives in a cycle, and what waits. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { ChartFrame } from "../../shared/charts/frame";
import { Bone } from "../../shared/chrome";
import { useFormats } from "../../shared/formatting";
import { Empty, Failed } from "../../shared/states";
import type { Cycle } from "../documents";
import { addressOf } from "../places";
import { CycleHead } from "./CycleHead";
import { Running, type WholeCycle } from "./documents";
import { Nets } from "./Nets";
import { netsOf } from "./parties";
import { useCycle } from "./useCycle";
import { WaitingList } from "./WaitingList";

export function Overview({ cycle: { id, name } }: { cycle: Cycle }) {
  const { t } = useTranslation("cycles");
  const { cycle, failed, readAgain } = useCycle(id, true);
  if (failed) return <Failed again={readAgain} />;
  return (
    <main className="overview">
      <div className="overview-sheet">
        {cycle ? (
          <CycleHead cycle={cycle} onDone={readAgain} brief>
            <Link href={`/cycles/${encodeURIComponent(name)}`} className="overview-open">
              {t("overview.open")}
            </Link>
          </CycleHead>
        ) : (
          <WaitingHead name={name} />
        )}
        {cycle ? <NetsOf cycle={cycle} /> : <Bone width="100%" height="26rem" />}
      </div>
      <WaitingList />
    </main>
  );
}

function NetsOf({ cycle }: { cycle: WholeCycle }) {
  const { t } = useTranslation("cycles");
  if (cycle.state === "OPEN") return <ForecastNets />;
  if (!cycle.netting || cycle.state === "CUT_OFF") {
    return (
      <Empty heading={t("nets.notYet")}>
        <p>{t("nets.notYetText")}</p>
      </Empty>
    );
  }
  return (
    <ChartFrame heading={t("nets.heading")} told={t("nets.told")}>
      <Nets
        nets={netsOf(cycle.netting.positions)}
        currency={cycle.netting.gross.currency}
        hrefOf={(slug) => addressOf({ cycle: cycle.name, partner: slug, line: null })}
      />
    </ChartFrame>
  );
}

function ForecastNets() {
  const { t } = useTranslation("cycles");
  const { dateTime } = useFormats();
  const [{ data, error }, read] = useQuery({ query: Running, requestPolicy: "cache-and-network" });
  if (error && !data) return <Failed again={() => read({ requestPolicy: "network-only" })} />;
  if (!data) return <Bone width="100%" height="26rem" />;
  const { positions, asOf } = data.runningPosition;
  const currency = positions[0]?.net.currency;
  if (!currency) return <Empty heading={t("nets.none")} />;
  return (
    <ChartFrame heading={t("nets.heading")} told={t("nets.forecast", { time: dateTime(asOf) })}>
      <Nets nets={netsOf(positions)} currency={currency} />
    </ChartFrame>
  );
}

export function WaitingHead({ name }: { name: string }) {
  const { t } = useTranslation("cycles");
  return (
    <header className="cycle-head" aria-busy="true">
      <div className="cycle-head-words">
        <h1>{t("heading", { cycle: name })}</h1>
        <p className="cycle-standing">
          <Bone width="20rem" />
        </p>
      </div>
      <div className="stations" />
    </header>
  );
}
