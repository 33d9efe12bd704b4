/** A partner's standing: resting and trading again, and the way out, step by step. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { may, useSession } from "../../../shared/session";
import { startOf } from "../instants";
import { ChangeStatus, type Exit, ExitOf, type Firm, GiveNotice, type Known, WithdrawNotice } from "./documents";

interface Props {
  firm: Firm;
  known: Known;
  own: boolean;
  again: () => void;
}

export function Leaving({ firm, known, own, again }: Props) {
  const { t } = useTranslation("office");
  const session = useSession();
  const mayRead = may(session, "settlement:read", "partners:manage", "people:manage");
  const [{ data }, read] = useQuery({ query: ExitOf, variables: { partner: firm.id }, pause: !mayRead });
  const [noticing, setNoticing] = useState(false);
  const refresh = () => {
    read({ requestPolicy: "network-only" });
    again();
  };
  const manages = may(session, "partners:manage");
  const maySay = manages || (own && may(session, "people:manage"));
  const exit = data?.exit?.exit.withdrawnAt ? null : (data?.exit ?? null);
  if (!mayRead) return null;
  return (
    <section aria-labelledby="leaving">
      <header className="office-head">
        <div>
          <h2 id="leaving">{t("leaving.heading")}</h2>
          <p className="office-told">{t(`leaving.says.${firm.status}`)}</p>
        </div>
        <div className="office-tools">
          {manages && <Rest firm={firm} again={refresh} />}
          {maySay && !exit && (firm.status === "ACTIVE" || firm.status === "SUSPENDED") && (
            <button type="button" className="quiet-action" onClick={() => setNoticing(true)}>
              {t("leaving.notice")}
            </button>
          )}
        </div>
      </header>
      {exit && <WayOut exit={exit} partner={firm.id} maySay={maySay} again={refresh} />}
      {noticing && (
        <Noticing
          firm={firm}
          timeZone={known.coalition.timeZone}
          onClose={() => setNoticing(false)}
          onDone={() => {
            setNoticing(false);
            refresh();
          }}
        />
      )}
    </section>
  );
}

function Rest({ firm, again }: { firm: Firm; again: () => void }) {
  const { t } = useTranslation("office");
  const act = useAct(ChangeStatus, (data) => data.partnerChangeStatus.userErrors);
  const status = firm.status === "ACTIVE" ? "SUSPENDED" : firm.status === "SUSPENDED" ? "ACTIVE" : null;
  if (!status) return null;
  const change = async () => {
    if (await act.run(() => ({ input: { partner: firm.id, status } }))) again();
  };
  return (
    <>
      <button type="button" className="quiet-action" disabled={act.busy} onClick={() => void change()}>
        {t(status === "ACTIVE" ? "leaving.resume" : "leaving.suspend")}
      </button>
      <Refusals of={act.refusals} />
    </>
  );
}

function WayOut({ exit, partner, maySay, again }: { exit: Exit; partner: string; maySay: boolean; again: () => void }) {
  const { t } = useTranslation("office");
  const { day, points } = useFormats();
  const act = useAct(WithdrawNotice, (data) => data.exitWithdraw.userErrors);
  const withdraw = async () => {
    if (await act.run(() => ({ input: { partner } }))) again();
  };
  return (
    <div className="partners-exit">
      <p>{t("leaving.told", { day: day(exit.exit.exitAt), until: day(exit.exit.honoursUntil), points: points(exit.outstanding) })}</p>
      <p className="office-told">{exit.exit.reason}</p>
      <ol className="partners-steps">
        {exit.steps.map((stage) => (
          <li key={stage.step} className={stage.doneAt ? "done" : undefined} aria-current={exit.next === stage.step ? "step" : undefined}>
            <span className="partners-step-mark" aria-hidden="true" />
            <div>
              <p>{t(`leaving.steps.${stage.step}`)}</p>
              <p className="office-told">
                {stage.doneAt ? t("leaving.done", { day: day(stage.doneAt) }) : stage.dueAt ? t("leaving.due", { day: day(stage.dueAt) }) : null}
              </p>
              {stage.blockers.map((one) => (
                <p key={one.says} className="office-short">
                  {one.says}
                </p>
              ))}
            </div>
          </li>
        ))}
      </ol>
      {maySay && exit.next === "STOP_EARNING" && (
        <button type="button" className="quiet-action" disabled={act.busy} onClick={() => void withdraw()}>
          {t("leaving.withdraw")}
        </button>
      )}
      <Refusals of={act.refusals} />
    </div>
  );
}

interface NoticingProps {
  firm: Firm;
  timeZone: string;
  onClose: () => void;
  onDone: () => void;
}

function Noticing({ firm, timeZone, onClose, onDone }: NoticingProps) {
  const { t } = useTranslation("office");
  const act = useAct(GiveNotice, (data) => data.exitNotice.userErrors);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const input = { partner: firm.id, exitAt: startOf(String(form.get("exitAt")), timeZone), reason: String(form.get("reason") ?? "").trim() };
    if (await act.run(() => ({ input }))) onDone();
  };
  return (
    <Dialog
      heading={t("leaving.notice")}
      onClose={onClose}
      actions={
        <button type="submit" form="notice" className="action" disabled={act.busy}>
          {t("leaving.notice")}
        </button>
      }
    >
      <form id="notice" className="office-form" onSubmit={(event) => void submit(event)}>
        <p className="office-told">{t("leaving.noticeText", { name: firm.name })}</p>
        <Field label={t("leaving.exitAt")} hint={t("leaving.exitAtHint")}>
          <input name="exitAt" type="date" required />
        </Field>
        <Field label={t("leaving.reason")}>
          <input name="reason" required maxLength={500} />
        </Field>
        <Refusals of={act.refusals} />
      </form>
    </Dialog>
  );
}
