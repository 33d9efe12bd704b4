/** One dispute: the line, both sides' words, evidence, every step, whose turn it is, and what was decided and booked. */

import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { equal, sum } from "../../../shared/exact";
import { useFormats } from "../../../shared/formatting";
import { wordFor } from "../../../shared/i18n";
import { PartnerName } from "../../../shared/partner";
import { useSession } from "../../../shared/session";
import { Failed, WaitingSheet } from "../../../shared/states";
import { OwnStatement } from "../../Figures";
import { addressOf } from "../../places";
import { Due, type Fact, Facts } from "../parts";
import { BookedOf, CycleNamed, type Dispute, DisputeOf } from "./documents";
import { EvidenceList } from "./EvidenceList";
import { Stepping } from "./Stepping";
import { sideOf, turnOf } from "./steps";
import "./disputes.css";

export function DisputePage({ dispute: id, onDone }: { dispute: string; onDone: () => void }) {
  const { t } = useTranslation("work");
  const [{ data, error }, read] = useQuery({ query: DisputeOf, variables: { id }, requestPolicy: "cache-and-network" });
  const again = () => read({ requestPolicy: "network-only" });
  if (!data) return error ? <Failed again={again} /> : <WaitingSheet />;
  const dispute = data.dispute;
  if (!dispute) return <p className="work-choose">{t("disputes.gone")}</p>;
  const viewer = data.viewer.partner?.id ?? null;
  return (
    <article className="work-sheet plain dispute" aria-labelledby="dispute">
      <Link href="/tasks/disputes" className="work-back always">
        {t("lists.disputes")}
      </Link>
      <Head dispute={dispute} now={data.serverTime} viewer={viewer} />
      <div className="dispute-body">
        <div>
          <Claim dispute={dispute} />
          <LineOf dispute={dispute} />
          <Outcome dispute={dispute} />
          <EvidenceList of={dispute.evidence} />
        </div>
        <History dispute={dispute} />
      </div>
      <Stepping dispute={dispute} viewer={viewer} onDone={() => (again(), onDone())} />
    </article>
  );
}

function Head({ dispute, now, viewer }: { dispute: Dispute; now: string; viewer: string | null }) {
  const { t } = useTranslation(["work", "console"]);
  const { money } = useFormats();
  const { audience } = useSession();
  const turn = turnOf(dispute);
  const side = sideOf(dispute, viewer);
  const mine = (turn === "raiser" && side === "raiser") || (turn === "other" && side === "other") || (audience === "COALITION" && (turn === "house" || turn === "coalition"));
  const names = { raiser: dispute.partner?.name ?? "", other: dispute.otherSide?.name ?? "", house: t("console:roles.OPERATOR"), coalition: t("disputes.coalition") };
  return (
    <header>
      <p className="work-quiet">{t(`disputes.reasons.${dispute.reason}`)}</p>
      <h1 id="dispute">
        {t("disputes.heading", { amount: money(dispute.amount) })}
      </h1>
      <p className="dispute-sides">
        {dispute.partner && <PartnerName partner={dispute.partner} />} <span aria-hidden="true">→</span>{" "}
        {dispute.otherSide ? <PartnerName partner={dispute.otherSide} /> : t("console:roles.OPERATOR")}
      </p>
      <p className={mine ? "dispute-turn mine" : "dispute-turn"}>
        <strong>{t(`disputes.states.${dispute.state}`)}</strong>{" "}
        {turn && (mine ? t("disputes.yourTurn") : t("disputes.turn", { name: names[turn] }))} {dispute.dueAt && <Due at={dispute.dueAt} now={now} />}
      </p>
      <Stages state={dispute.state} />
    </header>
  );
}

const STAGES = ["RAISED", "ANSWERED", "ESCALATED", "DECIDED"] as const;

function Stages({ state }: { state: Dispute["state"] }) {
  const { t } = useTranslation("work");
  if (state === "WITHDRAWN") return null;
  const at = STAGES.indexOf(state);
  return (
    <ol className="stages" aria-label={t("disputes.stages")}>
      {STAGES.map((stage, place) => (
        <li key={stage} className={place < at ? "past" : place === at ? "now" : undefined} aria-current={place === at ? "step" : undefined}>
          {t(`disputes.states.${stage}`)}
        </li>
      ))}
    </ol>
  );
}

function Claim({ dispute }: { dispute: Dispute }) {
  const { t } = useTranslation("work");
  const { money, dateTime } = useFormats();
  const { amount } = dispute;
  return (
    <section>
      <h2>{t("disputes.claim")}</h2>
      {dispute.words && <blockquote>{dispute.words}</blockquote>}
      {dispute.answer && (
        <>
          <h3>{t("disputes.answer")}</h3>
          <blockquote>{dispute.answer}</blockquote>
        </>
      )}
      <Facts
        of={[
          { name: t("disputes.columns.amount"), value: money(amount), figure: true },
          dispute.conceded !== null && { name: t("disputes.conceded"), value: money({ ...amount, amount: dispute.conceded }), figure: true },
          dispute.answeredAt !== null && { name: t("disputes.answeredAt"), value: dateTime(dispute.answeredAt), figure: true },
          { name: t("disputes.treatment"), value: t(`disputes.treatments.${dispute.treatment}`) },
        ]}
      />
    </section>
  );
}

/** The line as it was disputed, and the movements that were named: their sum beside the amount. */
function LineOf({ dispute }: { dispute: Dispute }) {
  const { t } = useTranslation(["work", "console"]);
  const { points, decimal, money, percent } = useFormats();
  const own = useContext(OwnStatement);
  const [{ data }] = useQuery({ query: CycleNamed, variables: { id: dispute.cycleId } });
  const { line, transfers, amount } = dispute;
  const named = sum(transfers.map(({ exact }) => exact));
  const cycle = data?.cycle?.name ?? null;
  const partner = own ? null : (dispute.partner?.slug ?? null);
  const facts: (Fact | false)[] = line
    ? [
        { name: t("disputes.line"), value: t(`console:sources.${line.source}`) },
        line.points !== null && { name: t("console:columns.points"), value: points(line.points), figure: true },
        line.price !== null && { name: t("console:columns.price"), value: decimal(line.price, 4), figure: true },
        !equal(line.share, "1") && { name: t("console:columns.share"), value: percent(line.share), figure: true },
        { name: t("console:columns.exact"), value: decimal(line.exact, 2), figure: true },
        { name: t("disputes.lineAmount"), value: money({ ...amount, amount: line.amount }), figure: true },
      ]
    : [];
  return (
    <section>
      <h2>{t("disputes.what")}</h2>
      {line ? <Facts of={facts} /> : <p>{t("disputes.lineAway")}</p>}
      {line && cycle && <Link href={addressOf({ cycle, partner, line: line.number })}>{t("disputes.openLine", { cycle })}</Link>}
      {transfers.length > 0 && (
        <p>
          {t("disputes.transfers", { count: transfers.length })} <span className="figures">{decimal(named, 2)}</span>{" "}
          {equal(named, dispute.exact) && t("disputes.ties")}
        </p>
      )}
    </section>
  );
}

function Outcome({ dispute }: { dispute: Dispute }) {
  const { t } = useTranslation("work");
  const { money, dateTime } = useFormats();
  const { decision, amount } = dispute;
  if (!decision) return null;
  return (
    <section className="dispute-outcome">
      <h2>{t(`disputes.outcomes.${decision.outcome}`)}</h2>
      <blockquote>{decision.reasons}</blockquote>
      <Facts
        of={[
          { name: t("disputes.upheld"), value: money({ ...amount, amount: decision.upheld }), figure: true },
          { name: t("disputes.rest"), value: money({ ...amount, amount: sum([amount.amount, `-${decision.upheld}`]) }), figure: true },
          { name: t("disputes.decidedAt"), value: dateTime(decision.decidedAt), figure: true },
        ]}
      />
      <Booked dispute={dispute} upheld={decision.upheld} />
    </section>
  );
}

function Booked({ dispute, upheld }: { dispute: Dispute; upheld: string }) {
  const { t } = useTranslation("work");
  const [{ data }] = useQuery({ query: BookedOf });
  const found = data?.moneyAdjustments.find(({ reason, adjustsCycleId, amount }) => reason === "DISPUTE_DECIDED" && adjustsCycleId === dispute.cycleId && equal(amount, upheld));
  const [{ data: cycle }] = useQuery({ query: CycleNamed, variables: { id: found?.cycleId ?? "" }, pause: !found?.cycleId });
  if (!found) return null;
  const name = cycle?.cycle?.name;
  return <p>{name ? t("disputes.booked", { cycle: name }) : t("disputes.bookedNext")}</p>;
}

function History({ dispute }: { dispute: Dispute }) {
  const { t } = useTranslation("work");
  const { dateTime } = useFormats();
  return (
    <section aria-label={t("disputes.history")}>
      <h2>{t("disputes.history")}</h2>
      <ol className="work-steps">
        {dispute.history.map((step, place) => (
          <li key={place}>
            <span>
              <strong>{t(`disputes.steps.${step.step}`)}</strong>{" "}
              {step.partner ? <PartnerName partner={step.partner} /> : step.personName ? t("disputes.coalition") : t("disputes.time")}
            </span>
            <time className="work-quiet" dateTime={step.takenAt}>
              {dateTime(step.takenAt)} {step.personName}
            </time>
            {step.note && <q>{step.step === "DECIDE" ? wordFor(t, "disputes.outcomes", step.note) : step.note}</q>}
          </li>
        ))}
      </ol>
    </section>
  );
}
