/** An approved cycle is instructed: its payments are planned, its documents issued. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { may, useSession } from "../../../shared/session";
import { Instruct } from "./documents";

const PLANS = ["THROUGH_OPERATOR", "PEER_TO_PEER"] as const;

export function Instructing({ cycle, onDone }: { cycle: { id: string; name: string }; onDone: () => void }) {
  const { t } = useTranslation(["work", "common"]);
  const session = useSession();
  const [asked, setAsked] = useState(false);
  const [plan, setPlan] = useState<(typeof PLANS)[number]>("THROUGH_OPERATOR");
  const act = useAct(Instruct, (data) => data.done.userErrors);
  if (!may(session, "settlement:prepare")) return null;
  const send = async () => {
    if (!(await act.run(() => ({ cycle: cycle.id, plan })))) return;
    setAsked(false);
    onDone();
  };
  return (
    <>
      <button type="button" className="action" onClick={() => setAsked(true)}>
        {t("bank.instruct")}
      </button>
      {asked && (
        <Dialog
          heading={t("bank.instructCycle", { cycle: cycle.name })}
          onClose={() => setAsked(false)}
          actions={
            <>
              <button type="button" className="quiet-action" onClick={() => setAsked(false)}>
                {t("common:cancel")}
              </button>
              <button type="button" className="action" disabled={act.busy} onClick={() => void send()}>
                {act.busy ? t("common:wait") : t("bank.instruct")}
              </button>
            </>
          }
        >
          <div className="work-form">
            <p>{t("bank.instructText")}</p>
            <fieldset className="work-choices">
              <legend>{t("bank.plan")}</legend>
              {PLANS.map((one) => (
                <label key={one}>
                  <input type="radio" name="plan" checked={plan === one} onChange={() => setPlan(one)} />
                  <span>{t(`bank.plans.${one}`)}</span>
                </label>
              ))}
            </fieldset>
            <Refusals of={act.refusals} />
          </div>
        </Dialog>
      )}
    </>
  );
}
