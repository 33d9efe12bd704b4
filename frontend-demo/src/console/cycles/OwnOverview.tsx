/** A partner's first screen: what the cycle comes to for it, what waits, and how the open cycle runs. */

import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { DivergingBars } from "../../shared/charts/bars";
import { ChartFrame } from "../../shared/charts/frame";
import { Bone } from "../../shared/chrome";
import { useFormats } from "../../shared/formatting";
import { toneOf } from "../../shared/partner";
import { may, useSession } from "../../shared/session";
import { Empty } from "../../shared/states";
import type { Cycle } from "../documents";
import { InWords } from "../Figures";
import { addressOf } from "../places";
import { Standing } from "../Standing";
import { OwnNet, type OwnStatementSums } from "./documents";
import { WaitingList } from "./WaitingList";

const RunningChart = lazy(() => import("./RunningChart"));

export function OwnOverview({ cycle, now }: { cycle: Cycle; now: string }) {
  const { t } = useTranslation("cycles");
  const session = useSession();
  const early = cycle.state === "OPEN" || cycle.state === "CUT_OFF" || cycle.state === "COMPUTED";
  const [{ data, fetching }] = useQuery({ query: OwnNet, variables: { cycle: cycle.id }, pause: early });
  const statement = early ? null : data?.statement;
  const href = addressOf({ cycle: cycle.name, partner: null, line: null });
  const asked = cycle.state === "PROPOSED" && statement && !statement.acceptedAt && may(session, "settlement:dispute");
  const until = asked && cycle.answerUntil && cycle.answerUntil > now ? cycle.answerUntil : null;
  return (
    <main className="overview">
      <div className="overview-sheet">
        <header className="cycle-head">
          <div className="cycle-head-words">
            <h1>{t("heading", { cycle: cycle.name })}</h1>
            {statement && <Standing statement={statement} cycle={cycle} now={now} />}
          </div>
          {statement && (
            <div className="cycle-head-acts">
              <Link href={href} className="overview-open">
                {t("own.statement")}
              </Link>
            </div>
          )}
        </header>
        {statement && <OwnSums statement={statement} href={href} />}
        {!statement && fetching && <Bone width="100%" height="26rem" />}
        {!statement && !fetching && <Empty heading={t("own.notYet")} />}
        <Suspense fallback={<Bone width="100%" height="22rem" />}>
          <RunningChart />
        </Suspense>
      </div>
      <WaitingList statement={until ? { href, due: until } : null} />
    </main>
  );
}

function OwnSums({ statement, href }: { statement: OwnStatementSums; href: string }) {
  const { t } = useTranslation(["cycles", "console"]);
  const { signedDecimal, money } = useFormats();
  return (
    <>
      <p className="own-net">
        <span className="own-net-label">{t("cycles:own.net")}</span>
        <InWords money={statement.net} name={statement.partner?.name ?? ""} />
      </p>
      <ChartFrame heading={t("cycles:own.kinds")} told={t("cycles:own.kindsTold")}>
        <DivergingBars
          label={t("cycles:own.kinds")}
          sides={{ left: t("cycles:nets.pays"), right: t("cycles:nets.receives") }}
          bars={statement.byKind.map(({ kind, amount }) => ({
            key: kind,
            label: t(`console:kinds.${kind}`),
            value: amount.amount,
            shown: signedDecimal(amount.amount, 2),
            ...(statement.partner && { tone: toneOf(statement.partner.hue) }),
            href,
          }))}
          total={{ label: t("cycles:own.total"), shown: money(statement.net) }}
        />
      </ChartFrame>
    </>
  );
}
