/** Agreeing or declining, in a dialog that repeats what is agreed to; whoever asked is told before trying. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { useSession } from "../../../shared/session";
import { Why } from "../parts";
import { AGREE, type Approval, ContractAsked, DECLINE, type Done, type Said } from "./documents";
import { ASKS_WHY, mayDecline } from "./rights";

interface Props {
  one: Approval;
  mayAgree: boolean;
  currency: string;
  onDone: () => void;
}

export function Deciding({ one, mayAgree, currency, onDone }: Props) {
  const { t } = useTranslation("work");
  const session = useSession();
  const [asked, setAsked] = useState<"agree" | "decline" | null>(null);
  const declines = mayDecline(session, one.kind);
  const agrees = mayAgree && !one.byMe;
  return (
    <footer className="work-acts">
      {one.byMe && mayAgree && <Why>{t("approvals.byMe")}</Why>}
      {!mayAgree && <Why>{t("approvals.notYours")}</Why>}
      {declines && (
        <button type="button" className="quiet-action" onClick={() => setAsked("decline")}>
          {t(`approvals.decline.${one.kind as Declinable}`)}
        </button>
      )}
      {agrees && (
        <button type="button" className="action" onClick={() => setAsked("agree")}>
          {t(`approvals.agree.${one.kind}`)}
        </button>
      )}
      {asked && <Asked one={one} agree={asked === "agree"} currency={currency} onClose={() => setAsked(null)} onDone={onDone} />}
    </footer>
  );
}

type Declinable = "CYCLE" | "CONTRACT" | "ACCOUNT" | "BANK_ENTRY" | "ADJUSTMENT" | "EXCEPTION";

interface AskedProps {
  one: Approval;
  agree: boolean;
  currency: string;
  onClose: () => void;
  onDone: () => void;
}

function Asked({ one, agree, currency, onClose, onDone }: AskedProps) {
  const { t } = useTranslation(["work", "common"]);
  const { money } = useFormats();
  const [note, setNote] = useState("");
  const revision = useRevision(one);
  const act = useAct<Done, Said>((agree ? AGREE[one.kind] : DECLINE[one.kind]) ?? AGREE[one.kind], (data) => data.done.userErrors);
  const why = !agree && ASKS_WHY.has(one.kind);
  const run = async () => {
    const said = { subject: one.subject, ...(revision !== null && { revision }), ...(one.note && { remainder: one.note }), note };
    if (await act.run(() => said)) onDone();
  };
  const label = agree ? t(`approvals.agree.${one.kind}`) : t(`approvals.decline.${one.kind as Declinable}`);
  const about = [one.partner?.name, one.cycle?.name, one.amount !== null && money({ amount: one.amount, currency })].filter(Boolean).join(" · ");
  return (
    <Dialog
      heading={t(`approvals.kinds.${one.kind}`)}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="quiet-action" onClick={onClose}>
            {t("common:cancel")}
          </button>
          <button type="button" className="action" disabled={act.busy || (why && note.trim() === "")} onClick={() => void run()}>
            {act.busy ? t("common:wait") : label}
          </button>
        </>
      }
    >
      <p className="work-strong">{about}</p>
      <p>{agree ? t(`approvals.will.${one.kind}`) : t("approvals.willDecline")}</p>
      {why && (
        <Field label={t("approvals.why")} hint={t("approvals.whyHint")}>
          <textarea rows={3} maxLength={1000} value={note} onChange={(event) => setNote(event.target.value)} />
        </Field>
      )}
      <Refusals of={act.refusals} />
    </Dialog>
  );
}

/** Who signs a contract names the draft that was read. */
function useRevision(one: Approval): number | null {
  const [{ data }] = useQuery({ query: ContractAsked, variables: { contract: one.subject }, pause: one.kind !== "CONTRACT" });
  return data?.node?.__typename === "Contract" ? data.node.revision : null;
}
