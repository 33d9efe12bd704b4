/** Payments that no rule thought of: found by name, reference or amount, and taken together until their sum fits. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { equal, sum } from "../../../shared/exact";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { usePages } from "../../usePages";
import { PaymentLine } from "./Candidates";
import { type EntryDetail, type Payment, Payments } from "./documents";
import { MatchButton } from "./MatchButton";

const MOST = 12;

export function PaymentFinder({ entry, onDone }: { entry: EntryDetail; onDone: () => void }) {
  const { t } = useTranslation("work");
  const [open, setOpen] = useState(false);
  return (
    <details className="finder" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("bank.find")}</summary>
      {open && <Finding entry={entry} onDone={onDone} />}
    </details>
  );
}

function Finding({ entry, onDone }: { entry: EntryDetail; onDone: () => void }) {
  const { t } = useTranslation("work");
  const { money } = useFormats();
  const [text, setText] = useState("");
  const [taken, setTaken] = useState<readonly Payment[]>([]);
  const pages = usePages(Payments, (after) => ({ cycle: null, states: ["INSTRUCTED", "PART_PAID", "RETURNED"] as const, after }) as never, (data) => data.settlementPayments, "open", "network-only");
  const wanted = text.trim().toLowerCase();
  const found = pages.rows.filter((payment) => told(payment).includes(wanted)).slice(0, MOST);
  const together = sum(taken.map(({ open }) => open.amount));
  const toggle = (payment: Payment) => setTaken((before) => (before.some(({ id }) => id === payment.id) ? before.filter(({ id }) => id !== payment.id) : [...before, payment]));
  return (
    <div className="work-form">
      <Field label={t("bank.findWhat")} hint={t("bank.findHint")}>
        <input type="search" value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
      <ul>
        {found.map((payment) => (
          <li key={payment.id}>
            <label className="work-check">
              <input type="checkbox" checked={taken.some(({ id }) => id === payment.id)} onChange={() => toggle(payment)} />
              <PaymentLine payment={payment} />
            </label>
          </li>
        ))}
      </ul>
      {!pages.whole && pages.state === "ready" && (
        <button type="button" className="quiet-action" onClick={pages.more}>
          {t("bank.findMore")}
        </button>
      )}
      {taken.length > 0 && (
        <>
          <p className={equal(together, entry.left.amount) ? "work-ties" : "work-ties differs"}>
            {t("bank.together", { sum: money({ ...entry.left, amount: together }), left: money(entry.left) })}
          </p>
          <MatchButton entry={entry} payments={taken} open={together} onDone={onDone} />
        </>
      )}
    </div>
  );
}

const told = ({ payer, payee, reference, open, cycle }: Payment) => [payer?.name, payee?.name, reference, open.amount, cycle.name].join(" ").toLowerCase();
