/** A member who is known allows something at the counter. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../shared/acts";
import { Dialog } from "../shared/dialog";
import { ConsentChoice, type Purpose } from "./consents";
import { TillConsent } from "./documents";
import { useSale } from "./till";
import { useCustomer } from "./useCustomer";

export function ConsentDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("till");
  const { sale } = useSale();
  const { take } = useCustomer();
  const [chosen, choose] = useState<ReadonlySet<Purpose>>(new Set(["BALANCE"]));
  const act = useAct(TillConsent, (data) => data.memberConsent.userErrors);
  const customer = sale.customer;
  const allow = async () => {
    if (!customer) return;
    const done = await act.run(() => ({ input: { member: customer.ref, purposes: [...chosen] } }));
    const member = done?.memberConsent.member;
    if (member) {
      take({ id: member.id }, customer.label, member);
      onClose();
    }
  };
  return (
    <Dialog
      heading={t("consents.heading")}
      onClose={onClose}
      actions={
        <button type="button" className="action" disabled={act.busy || chosen.size === 0} onClick={() => void allow()}>
          {t("consents.note")}
        </button>
      }
    >
      <Refusals of={act.refusals} />
      <ConsentChoice chosen={chosen} choose={choose} />
    </Dialog>
  );
}
