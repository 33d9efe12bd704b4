/** Disputes a line of one's own statement: why, and how much of it. */

import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../shared/acts";
import { Dialog } from "../shared/dialog";
import { isZero } from "../shared/exact";
import { Field } from "../shared/field";
import { useFormats } from "../shared/formatting";
import { type Line, RaiseDispute } from "./documents";

const REASONS = ["WRONG_AMOUNT", "DUPLICATE", "NOT_OURS", "RETURNED", "PRICE", "LATE", "OTHER"] as const;
type Reason = (typeof REASONS)[number];
const LONGEST = 2000;
const AMOUNT = /^\d{1,12}([.,]\d{1,4})?$/;

interface Props {
  line: Line;
  onClose: () => void;
  onDone: () => void;
}

export function DisputeDialog({ line, onClose, onDone }: Props) {
  const { t } = useTranslation(["console", "common"]);
  const { decimal } = useFormats();
  const form = useId();
  const [reason, setReason] = useState<Reason>("WRONG_AMOUNT");
  const [words, setWords] = useState("");
  const [amount, setAmount] = useState("");
  const [tried, setTried] = useState(false);
  const act = useAct(RaiseDispute, (data) => data.disputeRaise.userErrors);
  const silent = reason === "OTHER" && !words.trim();
  const wrong = amount !== "" && (!AMOUNT.test(amount) || isZero(amount));
  const raise = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (silent || wrong) return;
    const said = { words: words.trim() || null, amount: amount.replace(",", ".") || null };
    if (await act.run((idempotencyKey) => ({ input: { idempotencyKey, line: line.id, reason, ...said } }))) {
      onDone();
      onClose();
    }
  };
  return (
    <Dialog
      heading={t("console:dispute.heading")}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="quiet-action" onClick={onClose}>
            {t("common:cancel")}
          </button>
          <button type="submit" form={form} className="action" disabled={act.busy}>
            {t(act.busy ? "common:wait" : "console:dispute.act")}
          </button>
        </>
      }
    >
      <form id={form} className="dispute-form" onSubmit={(event) => void raise(event)} noValidate>
        <p>{t("console:dispute.told", { number: line.number, amount: decimal(line.amount, 2) })}</p>
        <Field label={t("console:dispute.reason")}>
          <select value={reason} onChange={(event) => setReason(event.target.value as Reason)}>
            {REASONS.map((one) => (
              <option key={one} value={one}>
                {t(`console:dispute.reasons.${one}`)}
              </option>
            ))}
          </select>
        </Field>
        <Field label={t("console:dispute.words")} wrong={tried && silent ? t("console:dispute.wordsWrong") : null}>
          <textarea rows={4} maxLength={LONGEST} value={words} onChange={(event) => setWords(event.target.value)} />
        </Field>
        <Field
          label={t("console:dispute.amount")}
          hint={t("console:dispute.amountHint")}
          wrong={tried && wrong ? t("console:dispute.amountWrong") : null}
        >
          <input inputMode="decimal" value={amount} onChange={(event) => setAmount(event.target.value.trim())} />
        </Field>
        <Refusals of={act.refusals} />
      </form>
    </Dialog>
  );
}
