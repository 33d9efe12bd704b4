/** Agreeing to exactly the terms that were shown, in a dialog that repeats whose they are. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../../../../shared/acts";
import { Dialog } from "../../../../shared/dialog";
import { useSession } from "../../../../shared/session";
import { Why } from "../../parts";
import type { Agreement, Done } from "../documents";
import { mayAgreeToPay } from "../rights";
import { AGREE, type Agreed } from "./steps";

interface Props {
  one: Agreement;
  fingerprint: string;
  /** What the house would bear. */
  own: string | null;
  /** Reads the terms anew. */
  again: () => void;
  onDone: () => void;
}

export function Agreeing(props: Props) {
  const { t } = useTranslation("work");
  const session = useSession();
  const [asked, setAsked] = useState(false);
  return (
    <footer className="work-acts">
      {mayAgreeToPay(session, props.one.kind) ? (
        <button type="button" className="action" onClick={() => setAsked(true)}>
          {t("agreements.agree")}
        </button>
      ) : (
        <Why>{t("approvals.notYours")}</Why>
      )}
      {asked && <Asked {...props} onClose={() => setAsked(false)} />}
    </footer>
  );
}

function Asked({ one, fingerprint, own, again, onDone, onClose }: Props & { onClose: () => void }) {
  const { t } = useTranslation(["work", "common"]);
  // Whatever is read anew meanwhile: agreed to is what was shown.
  const [shown] = useState(fingerprint);
  const act = useAct<Done, Agreed>(AGREE[one.kind], (data) => data.done.userErrors);
  const run = async () => {
    if (await act.run(() => ({ subject: one.subject, fingerprint: shown }))) onDone();
  };
  const close = () => {
    // What was refused may have changed since it was read.
    if (act.refusals.length > 0) again();
    onClose();
  };
  return (
    <Dialog
      heading={t(`agreements.kinds.${one.kind}`)}
      onClose={close}
      actions={
        <>
          <button type="button" className="quiet-action" onClick={close}>
            {t("common:cancel")}
          </button>
          <button type="button" className="action" disabled={act.busy} onClick={() => void run()}>
            {act.busy ? t("common:wait") : t("agreements.agree")}
          </button>
        </>
      }
    >
      <p className="work-strong">{[one.owner.name, one.name].join(" · ")}</p>
      {own && <p>{own}</p>}
      <p>{t("agreements.will")}</p>
      <Refusals of={act.refusals} />
    </Dialog>
  );
}
