/** What one may do about a payment: its payee says that it has arrived, a preparer asks to give it up. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { may, useSession } from "../../../shared/session";
import { AskWriteOff, ConfirmPaid, type Payment } from "./documents";

interface Props {
  payment: Payment;
  viewer: string | null;
  now: string;
  onDone: () => void;
}

const OPEN = new Set<Payment["state"]>(["INSTRUCTED", "PART_PAID", "RETURNED"]);

export function PaymentActs({ payment, viewer, now, onDone }: Props) {
  const { t } = useTranslation("work");
  const session = useSession();
  const [asked, setAsked] = useState(false);
  if (!OPEN.has(payment.state)) return null;
  const arrived = viewer !== null && payment.payee?.id === viewer && payment.payer !== null && may(session, "settlement:dispute");
  const givesUp = viewer === null && may(session, "settlement:prepare");
  if (!arrived && !givesUp) return null;
  const close = () => setAsked(false);
  const done = () => (close(), onDone());
  return (
    <>
      <button type="button" className="quiet-action small" onClick={() => setAsked(true)}>
        {t(arrived ? "bank.arrived" : "bank.giveUp")}
      </button>
      {asked && (arrived ? <Arrived payment={payment} now={now} onClose={close} onDone={done} /> : <GivingUp payment={payment} onClose={close} onDone={done} />)}
    </>
  );
}

interface FormProps {
  payment: Payment;
  onClose: () => void;
  onDone: () => void;
}

function Arrived({ payment, now, onClose, onDone }: FormProps & { now: string }) {
  const { t } = useTranslation(["work", "common"]);
  const { money } = useFormats();
  const [day, setDay] = useState(now.slice(0, 10));
  const act = useAct(ConfirmPaid, (data) => data.done.userErrors);
  const send = async () => {
    if (await act.run(() => ({ payment: payment.id, receivedOn: day }))) onDone();
  };
  return (
    <Dialog heading={t("bank.arrived")} onClose={onClose} actions={<Buttons label={t("bank.arrived")} busy={act.busy} ready={day !== ""} onClose={onClose} send={() => void send()} />}>
      <div className="work-form">
        <p>{t("bank.arrivedText", { name: payment.payer?.name ?? "", amount: money(payment.open) })}</p>
        <Field label={t("bank.arrivedOn")}>
          <input type="date" value={day} max={now.slice(0, 10)} onChange={(event) => setDay(event.target.value)} />
        </Field>
        <Refusals of={act.refusals} />
      </div>
    </Dialog>
  );
}

function GivingUp({ payment, onClose, onDone }: FormProps) {
  const { t } = useTranslation(["work", "common"]);
  const { money } = useFormats();
  const [reason, setReason] = useState("");
  const act = useAct(AskWriteOff, (data) => data.done.userErrors);
  const send = async () => {
    if (await act.run(() => ({ payment: payment.id, reason: reason.trim() }))) onDone();
  };
  return (
    <Dialog heading={t("bank.giveUp")} onClose={onClose} actions={<Buttons label={t("bank.giveUpAsk")} busy={act.busy} ready={reason.trim() !== ""} onClose={onClose} send={() => void send()} />}>
      <div className="work-form">
        <p>{t("bank.giveUpText", { amount: money(payment.open) })}</p>
        <Field label={t("bank.columns.reason")}>
          <textarea rows={3} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <Refusals of={act.refusals} />
      </div>
    </Dialog>
  );
}

interface ButtonsProps {
  label: string;
  busy: boolean;
  ready: boolean;
  onClose: () => void;
  send: () => void;
}

export function Buttons({ label, busy, ready, onClose, send }: ButtonsProps) {
  const { t } = useTranslation("common");
  return (
    <>
      <button type="button" className="quiet-action" onClick={onClose}>
        {t("cancel")}
      </button>
      <button type="button" className="action" disabled={busy || !ready} onClick={send}>
        {busy ? t("wait") : label}
      </button>
    </>
  );
}
