/** The console's statement page: a cycle, the partner's statement of it, and what each line was counted from. */

import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { useLocation } from "wouter";

import { Bone, Notice } from "../shared/chrome";
import { useFormats } from "../shared/formatting";
import { PartnerName } from "../shared/partner";
import { may, useSession } from "../shared/session";
import { Failed } from "../shared/states";
import { CycleRail } from "./CycleRail";
import { type Cycle, Cycles, type Statement, Statements } from "./documents";
import { Drill } from "./Drill";
import { InWords, OwnStatement } from "./Figures";
import { MovementDrill } from "./Movement";
import { addressOf, type Place, usePlace } from "./places";
import { StatementActs } from "./StatementActs";
import { StatementTable } from "./StatementTable";
import { Standing } from "./Standing";
import { Sums } from "./Sums";
import { useStatement } from "./useStatement";

export function StatementPage() {
  const { t } = useTranslation("console");
  const { audience } = useSession();
  const place = usePlace();
  const [, go] = useLocation();
  const [{ data, error }, readAgain] = useQuery({ query: Cycles });
  const cycles = data?.cycles.nodes;
  const latest = cycles?.find((cycle) => hasStatements(cycle)) ?? cycles?.[0];
  useEffect(() => {
    if (place.cycle === null && latest) go(addressOf({ ...place, cycle: latest.name }), { replace: true });
  });
  if (error && !data) return <Failed again={() => readAgain({ requestPolicy: "network-only" })} />;
  if (!data || !cycles) return <WaitingStatement />;
  const cycle = cycles.find((one) => one.name === place.cycle) ?? null;
  return (
    <>
      <CycleRail
        cycles={cycles}
        current={place.cycle}
        hrefOf={(one) => addressOf({ ...place, cycle: one.name, line: null })}
      />
      {place.cycle !== null && cycle === null ? (
        <Notice heading={t("missing.heading")}>
          <p>{t("missing.text", { cycle: place.cycle })}</p>
        </Notice>
      ) : (
        <Chosen cycle={cycle} place={place} coalition={audience === "COALITION"} now={data.serverTime} />
      )}
    </>
  );
}

/** An open cycle has no statement yet, and one that was cut off not before it is computed. */
const hasStatements = (cycle: Cycle) => cycle.state !== "OPEN" && cycle.state !== "CUT_OFF";

interface ChosenProps {
  cycle: Cycle | null;
  place: Place;
  coalition: boolean;
  now: string;
}

/** The coalition looks at any partner's statement, a partner at its own. */
function Chosen({ cycle, place, coalition, now }: ChosenProps) {
  const { t } = useTranslation("console");
  const [, go] = useLocation();
  const [{ data }] = useQuery({
    query: Statements,
    variables: { cycle: cycle?.id ?? "" },
    pause: !coalition || cycle === null || !hasStatements(cycle),
  });
  if (cycle && !hasStatements(cycle)) {
    return (
      <Notice heading={t(`early.${cycle.state === "OPEN" ? "open" : "cutOff"}`, { cycle: cycle.name })}>
        <p>{t("early.text")}</p>
      </Notice>
    );
  }
  if (!coalition) return <OneStatement cycle={cycle} place={place} partner={null} now={now} own />;
  const partners = data?.cycle?.statements.map((one) => one.partner).filter((partner) => partner !== null) ?? [];
  const partner = partners.find((one) => one.slug === place.partner) ?? partners[0];
  return (
    <>
      <section className="whose" aria-label={t("whose")}>
        <label htmlFor="whose">{t("whose")}</label>
        <select
          id="whose"
          value={partner?.slug ?? ""}
          onChange={(event) => go(addressOf({ ...place, partner: event.target.value, line: null }))}
        >
          {partners.map((one) => (
            <option key={one.slug} value={one.slug}>
              {one.name}
            </option>
          ))}
        </select>
      </section>
      <OneStatement cycle={partner ? cycle : null} place={place} partner={partner?.id ?? null} now={now} own={false} />
    </>
  );
}

interface OneProps {
  cycle: Cycle | null;
  place: Place;
  partner: string | null;
  own: boolean;
  now: string;
}

function OneStatement({ cycle, place, partner, own, now }: OneProps) {
  const { t } = useTranslation(["console", "common"]);
  const session = useSession();
  const found = useStatement(cycle?.id ?? null, partner);
  if (!cycle || found.state === "loading") return <WaitingFigures />;
  if (found.state === "failed") {
    return (
      <Notice urgent heading={t("failed.heading")} action={{ label: t("common:retry"), act: found.readAgain }}>
        <p>{t("failed.text")}</p>
      </Notice>
    );
  }
  if (found.state !== "ready") {
    return (
      <Notice heading={t("none.heading")}>
        <p>{t("none.text")}</p>
      </Notice>
    );
  }
  const { statement, lines } = found;
  const line = lines.find((one) => one.number === place.line) ?? null;
  const mayAnswer = own && cycle.state === "PROPOSED" && may(session, "settlement:dispute") && (cycle.answerUntil ?? "") > now;
  return (
    <OwnStatement value={own}>
      <main className={line ? "statement with-drill" : "statement"}>
        <div className="statement-sheet">
          <Head statement={statement} cycle={cycle} now={now} />
          <StatementActs statement={statement} cycle={cycle} mayAccept={mayAnswer && !statement.acceptedAt} onDone={found.readAgain} />
          <StatementTable statement={statement} lines={lines} place={place} />
        </div>
        {line && place.movement && (
          <MovementDrill line={line} movement={place.movement} place={place} own={statement.partner?.slug ?? ""} />
        )}
        {line && !place.movement && (
          <Drill
            line={line}
            place={place}
            own={statement.partner?.slug ?? ""}
            disputes={statement.disputes}
            mayDispute={own && cycle.state === "PROPOSED" && may(session, "settlement:dispute")}
            onDone={found.readAgain}
          />
        )}
        {!line && (
          <Sums statement={statement} missing={place.line !== null} />
        )}
      </main>
    </OwnStatement>
  );
}

function Head({ statement, cycle, now }: { statement: Statement; cycle: Cycle; now: string }) {
  const { t } = useTranslation("console");
  const { money } = useFormats();
  const name = statement.partner?.name ?? "";
  return (
    <header className="statement-head">
      <p className="statement-whose">{statement.partner && <PartnerName partner={statement.partner} />}</p>
      <h1>{t("statement.heading", { cycle: cycle.name })}</h1>
      <Standing statement={statement} cycle={cycle} now={now} />
      <dl className="equation">
        <div>
          <dt>{t("statement.opening")}</dt>
          <dd className="figures">{money(statement.opening)}</dd>
        </div>
        <div>
          <dt>{t("statement.net")}</dt>
          <dd>
            <InWords money={statement.net} name={name} />
          </dd>
        </div>
        <div className="closing">
          <dt>{t("statement.closing")}</dt>
          <dd data-testid="closing">
            <InWords money={statement.closing} name={name} />
          </dd>
        </div>
      </dl>
    </header>
  );
}

function WaitingFigures() {
  const { t } = useTranslation();
  return (
    <main className="statement" aria-busy="true">
      <div className="statement-sheet">
        <header className="statement-head">
          <Bone width="9rem" />
          <h1>
            <Bone width="16rem" />
          </h1>
          <p className="standing">
            <Bone width="20rem" />
          </p>
          <Bone width="100%" height="4.5rem" />
        </header>
        <Bone width="100%" height="24rem" />
        <p className="unseen" role="status">
          {t("loading")}
        </p>
      </div>
    </main>
  );
}

/** The page's shape, before anything is known. */
export function WaitingStatement() {
  return (
    <>
      <div className="rail" />
      <WaitingFigures />
    </>
  );
}
