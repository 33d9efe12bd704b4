/** The reserve's account: what was paid in and out, and by whom it may be. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { may, useSession } from "../../../shared/session";
import { Deposit, Release, type Reserve } from "./documents";

type Kind = "deposit" | "release";

export function Account({ reserve, again }: { reserve: Reserve; again: () => void }) {
  const { t } = useTranslation("office");
  const session = useSession();
  const { day, signedDecimal, money } = useFormats();
  const [doing, setDoing] = useState<Kind | null>(null);
  const done = () => {
    setDoing(null);
    again();
  };
  return (
    <section aria-labelledby="account">
      <header className="office-head">
        <div>
          <h2 id="account">{t("account.heading")}</h2>
          <p className="office-told">{t("account.told", { amount: money(reserve.position.fromAccount) })}</p>
        </div>
        {may(session, "settlement:prepare") && (
          <div className="office-tools">
            <button type="button" className="quiet-action" onClick={() => setDoing("release")}>
              {t("account.release")}
            </button>
            <button type="button" className="quiet-action" onClick={() => setDoing("deposit")}>
              {t("account.deposit")}
            </button>
          </div>
        )}
      </header>
      <div className="office-table" tabIndex={0} role="group" aria-label={t("account.heading")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("account.valueOn")}</th>
              <th scope="col">{t("account.what")}</th>
              <th scope="col">{t("account.note")}</th>
              <th scope="col" className="number">
                {t("account.amount")}
              </th>
            </tr>
          </thead>
          <tbody>
            {reserve.movements.map((one) => (
              <tr key={one.id}>
                <td>{day(one.valueOn)}</td>
                <td>
                  {t(`account.kinds.${one.kind}`)}
                  {one.bookedAt === null && (
                    <>
                      {" "}
                      <Link href="/tasks" className="office-mark">
                        {t("account.waits")}
                      </Link>
                    </>
                  )}
                </td>
                <td>{one.note}</td>
                <td className="number figures">{signedDecimal(one.kind === "RELEASE" ? `-${one.amount}` : one.amount, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {doing && <Movement key={doing} kind={doing} today={reserve.position.asOf} onClose={() => setDoing(null)} onDone={done} />}
    </section>
  );
}

function Movement({ kind, today, onClose, onDone }: { kind: Kind; today: string; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation(["office", "common"]);
  const { dayKey } = useFormats();
  const deposit = useAct(Deposit, (data) => data.reserveDeposit.userErrors);
  const release = useAct(Release, (data) => data.reserveRelease.userErrors);
  const act = kind === "deposit" ? deposit : release;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const done = await act.run((idempotencyKey) => ({
      input: { idempotencyKey, amount: text("amount").replace(",", "."), valueOn: text("valueOn"), note: text("note") },
    }));
    if (done) onDone();
  };
  return (
    <Dialog
      heading={t(`account.${kind}`)}
      onClose={onClose}
      actions={
        <button type="submit" form="movement" className="action" disabled={act.busy}>
          {t(`account.do.${kind}`)}
        </button>
      }
    >
      <form id="movement" className="office-form" onSubmit={(event) => void submit(event)}>
        <p className="office-told">{t(`account.says.${kind}`)}</p>
        <Field label={t("account.amount")}>
          <input name="amount" required inputMode="decimal" pattern="[0-9]+([.,][0-9]{1,2})?" />
        </Field>
        <Field label={t("account.valueOn")}>
          <input name="valueOn" type="date" required defaultValue={dayKey(today)} />
        </Field>
        <Field label={t("account.note")} hint={t("account.noteHint")}>
          <input name="note" required maxLength={200} />
        </Field>
        <Refusals of={act.refusals} />
      </form>
    </Dialog>
  );
}
