/** A cycle's name, how far it has come, and the steps that stand open to whoever looks at it. */

import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../shared/formatting";
import { useSession } from "../../shared/session";
import { reachedAt, STATIONS, stepsOpen } from "./acts";
import type { StepName, WholeCycle } from "./documents";
import { StepDialog } from "./StepDialog";

interface Props {
  cycle: WholeCycle;
  onDone: () => void;
  /** Offers what leads on and nothing else. */
  brief?: boolean;
  /** Where else the cycle is looked at. */
  children?: ReactNode;
}

export function CycleHead({ cycle, onDone, brief = false, children }: Props) {
  const { t } = useTranslation("cycles");
  const session = useSession();
  const [asked, setAsked] = useState<StepName | null>(null);
  const open = stepsOpen(cycle.state, session).filter(({ main }) => main || !brief);
  return (
    <header className="cycle-head">
      <div className="cycle-head-words">
        <h1>{t("heading", { cycle: cycle.name })}</h1>
        <StandingOf cycle={cycle} />
      </div>
      <div className="cycle-head-acts">
        {children}
        {[...open].sort((one, other) => Number(one.main) - Number(other.main)).map(({ name, main }) => (
          <button key={name} type="button" className={main ? "action" : "quiet-action"} onClick={() => setAsked(name)}>
            {t(name === "compute" && !main ? "acts.computeAgain" : `acts.${name}`)}
          </button>
        ))}
      </div>
      <Stations cycle={cycle} />
      {asked && <StepDialog step={asked} cycle={cycle} onClose={() => setAsked(null)} onDone={onDone} />}
    </header>
  );
}

/** How it stands, in a sentence; and what an approval is worth where it is worth less than it seems. */
function StandingOf({ cycle }: { cycle: WholeCycle }) {
  const { t } = useTranslation("cycles");
  const { longDay } = useFormats();
  const day = { OPEN: cycle.openedAt, CUT_OFF: cycle.cutOffAt, PROPOSED: cycle.answerUntil, APPROVED: cycle.approvedAt };
  const at = (day as Partial<Record<WholeCycle["state"], string | null>>)[cycle.state];
  const { approval } = cycle;
  const answered = cycle.state === "PROPOSED" && cycle.answers.every(({ answer }) => answer !== "NONE");
  return (
    <p className="cycle-standing">
      {t(answered ? "standing.ANSWERED" : `standing.${cycle.state}`, { day: at ? longDay(at) : "" })}
      {(approval === "EXPIRED" || approval === "CHANGED") && <strong> {t(`approval.${approval}`)}</strong>}
    </p>
  );
}

function Stations({ cycle }: { cycle: WholeCycle }) {
  const { t } = useTranslation(["cycles", "console"]);
  const { day } = useFormats();
  const reached = reachedAt(cycle);
  return (
    <ol className="stations" aria-label={t("cycles:stations.label")}>
      {STATIONS.map((state) => {
        const at = reached.get(state);
        const here = state === cycle.state;
        return (
          <li key={state} className={here ? "here" : at ? "past" : "ahead"} aria-current={here ? "step" : undefined}>
            <span className="stations-mark" aria-hidden="true" />
            <span className="stations-name">{t(`console:cycles.states.${state}`)}</span>
            <span className="stations-day figures">{at ? day(at) : "\u00a0"}</span>
          </li>
        );
      })}
    </ol>
  );
}
