/** The overview, and one cycle as a whole; over both the line of cycles. */

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Route, Switch, useSearchParams } from "wouter";

import { Notice } from "../../shared/chrome";
import { useSession } from "../../shared/session";
import { Empty, Failed, WaitingSheet } from "../../shared/states";
import { CycleRail } from "../CycleRail";
import { type Cycle, Cycles } from "../documents";
import { CyclePage } from "./CyclePage";
import "./cycles.css";
import { Overview } from "./Overview";
import { OwnOverview } from "./OwnOverview";

const ofCycle = (name: string) => `/cycles/${encodeURIComponent(name)}`;
const ofOverview = (name: string) => `/?cycle=${encodeURIComponent(name)}`;

export default function CyclesPage() {
  const [search] = useSearchParams();
  return (
    <Switch>
      <Route path="/cycles/:name">
        {({ name }) => (
          <InSight name={name} hrefOf={(cycle) => ofCycle(cycle.name)}>
            {(cycle, coalition) => <CyclePage cycle={cycle} coalition={coalition} />}
          </InSight>
        )}
      </Route>
      <Route>
        <InSight name={search.get("cycle")} hrefOf={(cycle) => ofOverview(cycle.name)}>
          {(cycle, coalition, now) => (coalition ? <Overview cycle={cycle} /> : <OwnOverview cycle={cycle} now={now} />)}
        </InSight>
      </Route>
    </Switch>
  );
}

interface Props {
  /** As the address has it; the one that is settled just now, if it names none. */
  name: string | null | undefined;
  hrefOf: (cycle: Cycle) => string;
  children: (cycle: Cycle, coalition: boolean, now: string) => ReactNode;
}

function InSight({ name, hrefOf, children }: Props) {
  const { t } = useTranslation("cycles");
  const { audience } = useSession();
  const [{ data, error }, readAgain] = useQuery({ query: Cycles, requestPolicy: "cache-and-network" });
  if (error && !data) return <Failed again={() => readAgain({ requestPolicy: "network-only" })} />;
  if (!data) {
    return (
      <>
        <div className="rail" />
        <WaitingSheet />
      </>
    );
  }
  const cycles = data.cycles.nodes;
  const coalition = audience === "COALITION";
  const cycle = name ? cycles.find((one) => one.name === name) : (inHand(cycles, coalition) ?? cycles[0]);
  if (cycles.length === 0) {
    return (
      <Empty heading={t("overview.none")}>
        <p>{t("overview.noneText")}</p>
      </Empty>
    );
  }
  return (
    <>
      <CycleRail cycles={cycles} current={cycle?.name ?? null} hrefOf={hrefOf} />
      {cycle ? (
        children(cycle, coalition, data.serverTime)
      ) : (
        <Notice heading={t("overview.unknown")}>
          <p>{t("overview.unknownText", { cycle: name })}</p>
        </Notice>
      )}
    </>
  );
}

/** The newest cycle with something to be looked at: computed, and for a partner proposed. */
const inHand = (cycles: readonly Cycle[], coalition: boolean) =>
  cycles.find(({ state }) => state !== "OPEN" && state !== "CUT_OFF" && (coalition || state !== "COMPUTED"));
