/** Saying what an entry belongs to: at once where the amounts are the same, else for a second person to confirm. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { equal, sum } from "../../../shared/exact";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { may, useSession } from "../../../shared/session";
import { PaymentLine } from "./Candidates";
import { type EntryDetail, Match, type Payment } from "./documents";

interface Props {
  entry: EntryDetail;
  payments: readonly Payment[];
  /** What of them is open, together. */
  open: string;
  onDone: () => void;
}

export function MatchButton({ entry, payments, open, onDone }: Props) {
  const { t } = useTranslation(["work", "common"]);
  const { money } = useFormats();
  const session = useSession();
  const [asked, setAsked] = useState(false);
  const [note, setNote] = useState("");
  const act = useAct(Match, (data) => data.done.userErrors);
  if (!may(session, "settlement:prepare")) return null;
  const same = equal(open, entry.left.amount);
  const currency = entry.left.currency;
  const send = async () => {
    const input = { entry: entry.id, payments: payments.map(({ id }) => id), note: note.trim() || null };
    if (await act.run(() => input)) {
      setAsked(false);
      onDone();
    }
  };
  return (
    <>
      <button type="button" className="quiet-action" onClick={() => setAsked(true)}>
        {t(same ? "bank.match" : "bank.propose")}
      </button>
      {asked && (
        <Dialog
          heading={t(same ? "bank.match" : "bank.propose")}
          onClose={() => setAsked(false)}
          actions={
            <>
              <button type="button" className="quiet-action" onClick={() => setAsked(false)}>
                {t("common:cancel")}
              </button>
              <button type="button" className="action" disabled={act.busy} onClick={() => void send()}>
                {act.busy ? t("common:wait") : t(same ? "bank.match" : "bank.propose")}
              </button>
            </>
          }
        >
          <div className="work-form">
            {payments.map((payment) => (
              <PaymentLine key={payment.id} payment={payment} />
            ))}
            <dl className="work-facts">
              <div>
                <dt>{t("bank.columns.left")}</dt>
                <dd className="figures">{money(entry.left)}</dd>
              </div>
              <div>
                <dt>{t("bank.columns.open")}</dt>
                <dd className="figures">{money({ amount: open, currency })}</dd>
              </div>
              <div>
                <dt>{t("approvals.whatIf.difference")}</dt>
                <dd className="figures">{money({ amount: sum([entry.left.amount, `-${open}`]), currency })}</dd>
              </div>
            </dl>
            <p>{t(same ? "bank.matchText" : "bank.proposeText")}</p>
            <Field label={t("worklist.wordsMay")}>
              <textarea rows={2} value={note} onChange={(event) => setNote(event.target.value)} />
            </Field>
            <Refusals of={act.refusals} />
          </div>
        </Dialog>
      )}
    </>
  );
}
