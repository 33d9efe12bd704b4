/** What the viewer may do now, each in a dialog that says what will happen. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Act, Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { useSession } from "../../../shared/session";
import { exactly } from "../amounts";
import { AddEvidence, Answer, Decide, type Dispute, Escalate, Withdraw } from "./documents";
import { base64Of } from "./files";
import { possible, type Step } from "./steps";

interface Props {
  dispute: Dispute;
  viewer: string | null;
  onDone: () => void;
}

export function Stepping({ dispute, viewer, onDone }: Props) {
  const { t } = useTranslation("work");
  const session = useSession();
  const [step, setStep] = useState<Step | null>(null);
  const steps = possible(dispute, session, viewer);
  if (steps.length === 0) return null;
  const close = () => setStep(null);
  const done = () => (close(), onDone());
  const Form = step && FORMS[step];
  return (
    <footer className="work-acts">
      {[...steps].reverse().map((one) => (
        <button key={one} type="button" className={one === steps[0] && one !== "evidence" ? "action" : "quiet-action"} onClick={() => setStep(one)}>
          {t(`disputes.acts.${one}`)}
        </button>
      ))}
      {Form && <Form dispute={dispute} onClose={close} onDone={done} />}
    </footer>
  );
}

interface FormProps {
  dispute: Dispute;
  onClose: () => void;
  onDone: () => void;
}

const FORMS: Record<Step, (props: FormProps) => React.ReactNode> = { answer: AnswerForm, decide: DecideForm, escalate: EscalateForm, withdraw: WithdrawForm, evidence: EvidenceForm };

interface FrameProps extends FormProps {
  step: Step;
  act: Pick<Act<unknown, never>, "busy" | "refusals">;
  ready: boolean;
  send: () => void;
  children?: React.ReactNode;
}

function Frame({ step, act, ready, send, onClose, children }: FrameProps) {
  const { t } = useTranslation(["work", "common"]);
  return (
    <Dialog
      heading={t(`disputes.acts.${step}`)}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="quiet-action" onClick={onClose}>
            {t("common:cancel")}
          </button>
          <button type="button" className="action" disabled={act.busy || !ready} onClick={send}>
            {act.busy ? t("common:wait") : t(`disputes.acts.${step}`)}
          </button>
        </>
      }
    >
      <div className="work-form">
        <p>{t(`disputes.will.${step}`)}</p>
        {children}
        <Refusals of={act.refusals} />
      </div>
    </Dialog>
  );
}

interface SumProps {
  dispute: Dispute;
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A part of the disputed amount: typed as people write it, or all or nothing of it at once. */
function PartOf({ dispute, label, value, onChange }: SumProps) {
  const { t } = useTranslation("work");
  const { money } = useFormats();
  return (
    <div className="part-of">
      <Field label={label} hint={t("disputes.outOf", { amount: money(dispute.amount) })} wrong={value !== "" && exactly(value) === null ? t("disputes.notAnAmount") : null}>
        <input inputMode="decimal" value={value} onChange={(event) => onChange(event.target.value)} />
      </Field>
      <button type="button" className="chip" onClick={() => onChange("0")}>
        {t("disputes.nothing")}
      </button>
      <button type="button" className="chip" onClick={() => onChange(dispute.amount.amount)}>
        {t("disputes.all")}
      </button>
    </div>
  );
}

function Words({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <Field label={label}>
      <textarea rows={4} value={value} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}

function AnswerForm(props: FormProps) {
  const { t } = useTranslation("work");
  const [words, setWords] = useState("");
  const [part, setPart] = useState("");
  const conceded = exactly(part);
  const act = useAct(Answer, (data) => data.done.userErrors);
  const send = async () => {
    if (conceded !== null && (await act.run(() => ({ dispute: props.dispute.id, words, conceded })))) props.onDone();
  };
  return (
    <Frame {...props} step="answer" act={act} ready={words.trim() !== "" && conceded !== null} send={() => void send()}>
      <Words label={t("disputes.yourAnswer")} value={words} onChange={setWords} />
      <PartOf dispute={props.dispute} label={t("disputes.concede")} value={part} onChange={setPart} />
    </Frame>
  );
}

function DecideForm(props: FormProps) {
  const { t } = useTranslation("work");
  const [reasons, setReasons] = useState("");
  const [part, setPart] = useState(props.dispute.conceded ?? "");
  const upheld = exactly(part);
  const act = useAct(Decide, (data) => data.done.userErrors);
  const send = async () => {
    if (upheld !== null && (await act.run(() => ({ dispute: props.dispute.id, upheld, reasons })))) props.onDone();
  };
  return (
    <Frame {...props} step="decide" act={act} ready={reasons.trim() !== "" && upheld !== null} send={() => void send()}>
      <PartOf dispute={props.dispute} label={t("disputes.upheld")} value={part} onChange={setPart} />
      <Words label={t("disputes.yourReasons")} value={reasons} onChange={setReasons} />
    </Frame>
  );
}

function EscalateForm(props: FormProps) {
  const act = useAct(Escalate, (data) => data.done.userErrors);
  const send = async () => {
    if (await act.run(() => ({ dispute: props.dispute.id }))) props.onDone();
  };
  return <Frame {...props} step="escalate" act={act} ready send={() => void send()} />;
}

function WithdrawForm(props: FormProps) {
  const act = useAct(Withdraw, (data) => data.done.userErrors);
  const send = async () => {
    if (await act.run(() => ({ dispute: props.dispute.id }))) props.onDone();
  };
  return <Frame {...props} step="withdraw" act={act} ready send={() => void send()} />;
}

const LARGEST = 2.5 * 1024 * 1024;

function EvidenceForm(props: FormProps) {
  const { t } = useTranslation("work");
  const [name, setName] = useState("");
  const [words, setWords] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const act = useAct(AddEvidence, (data) => data.done.userErrors);
  const tooLarge = file !== null && file.size > LARGEST;
  const send = async () => {
    const shown = file ? { mediaType: file.type || null, content: await base64Of(file), words: null } : { mediaType: null, content: null, words };
    if (await act.run(() => ({ dispute: props.dispute.id, name: name.trim() || (file?.name ?? ""), ...shown }))) props.onDone();
  };
  return (
    <Frame {...props} step="evidence" act={act} ready={!tooLarge && (file !== null || (words.trim() !== "" && name.trim() !== ""))} send={() => void send()}>
      <Field label={t("disputes.evidenceName")}>
        <input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field label={t("disputes.evidenceFile")} hint={t("disputes.evidenceHint")} wrong={tooLarge ? t("disputes.tooLarge") : null}>
        <input type="file" onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
      </Field>
      {!file && <Words label={t("disputes.evidenceNote")} value={words} onChange={setWords} />}
    </Frame>
  );
}
