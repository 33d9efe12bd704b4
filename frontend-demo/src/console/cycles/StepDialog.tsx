/** Asks once more before a step: what will happen, what has to be said with it, and what came of it. */

import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type TypedDocumentNode, useQuery } from "urql";

import { Refusals, type Refusal, useAct } from "../../shared/acts";
import { Dialog } from "../../shared/dialog";
import { Field } from "../../shared/field";
import { type Netting, Policy, type StepName, steps, type WholeCycle } from "./documents";
import { Nets } from "./Nets";
import { netsOf } from "./parties";

interface Props {
  step: StepName;
  cycle: WholeCycle;
  onClose: () => void;
  onDone: () => void;
}

type Plan = "THROUGH_OPERATOR" | "PEER_TO_PEER";
/** What steps are told beside the cycle: each takes its own part. */
type Said = { cycle: string; days?: number; reason?: string; plan?: Plan };
type Done = { done: { userErrors: readonly Refusal[] } };

interface Told {
  days: string;
  reason: string;
  plan: Plan;
}

export function StepDialog({ step, cycle, onClose, onDone }: Props) {
  const { t } = useTranslation(["cycles", "common"]);
  const form = useId();
  const [{ data }] = useQuery({ query: Policy, pause: step !== "propose" && step !== "instruct" });
  const [changed, setTold] = useState<Partial<Told>>({});
  const [tried, setTried] = useState(false);
  const act = useAct(steps[step] as TypedDocumentNode<Done, Said>, (answer) => answer.done.userErrors);
  const policy = data?.settlementPolicy;
  const told: Told = { days: String(policy?.daysToAnswer ?? ""), reason: "", plan: policy?.paymentPlan ?? "THROUGH_OPERATOR", ...changed };
  const said = saidWith(step, cycle.id, told);
  const does = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!said) return;
    if (await act.run(() => said)) {
      onDone();
      onClose();
    }
  };
  return (
    <Dialog
      heading={`${t(`cycles:acts.${step}`)}: ${cycle.name}`}
      wide={step === "approve"}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="quiet-action" onClick={onClose}>
            {t("common:cancel")}
          </button>
          <button type="submit" form={form} className="action" disabled={act.busy}>
            {t(act.busy ? "common:wait" : `cycles:acts.${step}`)}
          </button>
        </>
      }
    >
      <form id={form} className="step-form" onSubmit={(event) => void does(event)} noValidate>
        <p>{t(`cycles:will.${step}`, { cycle: cycle.name })}</p>
        {step === "approve" && cycle.netting && <Approved netting={cycle.netting} digest={cycle.digest} />}
        <SaidWith step={step} told={told} wrong={tried && !said} onChange={(part) => setTold({ ...changed, ...part })} />
        <p role="status">{act.busy && t("cycles:working")}</p>
        <Refusals of={act.refusals} />
      </form>
    </Dialog>
  );
}

/** What a step is told; null while something it needs is missing. */
function saidWith(step: StepName, cycle: string, told: Told): Said | null {
  switch (step) {
    case "propose":
      return /^([0-8]?\d|90)$/.test(told.days) ? { cycle, days: Number(told.days) } : null;
    case "void":
      return told.reason.trim() ? { cycle, reason: told.reason.trim() } : null;
    case "instruct":
      return { cycle, plan: told.plan };
    default:
      return { cycle };
  }
}

interface SaidProps {
  step: StepName;
  told: Told;
  wrong: boolean;
  onChange: (part: Partial<Told>) => void;
}

function SaidWith({ step, told, wrong, onChange }: SaidProps) {
  const { t } = useTranslation("cycles");
  if (step === "propose") {
    return (
      <Field label={t("fields.days")} hint={t("fields.daysHint")} wrong={wrong ? t("fields.daysWrong") : null}>
        <input inputMode="numeric" value={told.days} onChange={(event) => onChange({ days: event.target.value })} />
      </Field>
    );
  }
  if (step === "void") {
    return (
      <Field label={t("fields.reason")} hint={t("fields.reasonHint")} wrong={wrong ? t("fields.reasonWrong") : null}>
        <textarea rows={3} maxLength={500} value={told.reason} onChange={(event) => onChange({ reason: event.target.value })} />
      </Field>
    );
  }
  if (step !== "instruct") return null;
  return (
    <fieldset className="step-plans">
      <legend>{t("fields.plan")}</legend>
      {(["THROUGH_OPERATOR", "PEER_TO_PEER"] as const).map((plan) => (
        <label key={plan}>
          <input type="radio" name="plan" checked={told.plan === plan} onChange={() => onChange({ plan })} />
          {t(`plans.${plan}`)}
        </label>
      ))}
    </fieldset>
  );
}

/** Exactly the figures that are agreed to. */
function Approved({ netting, digest }: { netting: Netting; digest: string | null }) {
  const { t } = useTranslation("cycles");
  return (
    <>
      <h3>{t("approving.figures")}</h3>
      <Nets nets={netsOf(netting.positions)} currency={netting.gross.currency} />
      {digest && (
        <p className="cycle-digest">
          {t("history.digest")} <code>{digest}</code>
        </p>
      )}
    </>
  );
}
