/** A sale: scan or type on the left, what it earns and why on the right, one button to pay. */

import { useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { BasketTable } from "./BasketTable";
import { CodesDialog } from "./CodesDialog";
import { ConsentDialog } from "./ConsentDialog";
import { useTelling } from "./customer";
import { CustomerCard } from "./CustomerCard";
import { Earns } from "./Earns";
import { EnrolDialog } from "./EnrolDialog";
import { PayBar } from "./PayBar";
import { PointsDialog } from "./PointsDialog";
import { Receipt, type Receipt as Given } from "./Receipt";
import { RewardsDialog } from "./RewardsDialog";
import { figuresOf } from "./sale";
import { Scan } from "./Scan";
import { shownOf } from "./shown";
import { useSale, useTill } from "./till";
import { useCatalogue } from "./useCatalogue";
import { useKeys } from "./useKeys";
import { usePreview } from "./usePreview";
import { useVouchersAnew } from "./useVouchersAnew";

export type Open = "enrol" | "consents" | "points" | "codes" | "rewards" | null;

export function Counter() {
  const { t } = useTranslation("till");
  const till = useTill();
  const { sale, next } = useSale();
  const catalogue = useCatalogue();
  const earning = usePreview(sale);
  const [open, setOpen] = useState<Open>(null);
  const [given, setGiven] = useState<Given | null>(null);
  const [referral, setReferral] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useVouchersAnew();
  const referred = (code: string) => {
    setReferral(code);
    setOpen("enrol");
  };
  useTelling(till.house.partner.slug, shownOf(till, sale, earning.preview, given));
  const close = useCallback(() => {
    setOpen(null);
    field.current?.focus();
  }, []);
  useKeys({ F2: () => field.current?.focus(), F4: () => setOpen("enrol"), F8: () => setOpen("points") }, open === null && !given);
  // What was paid is written down: the next sale begins at once, so that a reload never sells the same basket twice.
  const paid = (receipt: Given) => {
    setGiven(receipt);
    next();
  };
  if (given) return <Receipt given={given} next={() => setGiven(null)} />;
  const { whole } = figuresOf(sale, till.digits);
  return (
    <main className="till-counter">
      <h2 className="unseen">{t("rooms.sale")}</h2>
      <section className="till-left" aria-label={t("basket.label")}>
        <Scan field={field} catalogue={catalogue} onReferral={referred} />
        <BasketTable catalogue={catalogue} field={field} />
        <PayBar onPaid={paid} />
      </section>
      <section className="till-right" aria-label={t("earns.label")}>
        <CustomerCard open={setOpen} />
        <Earns earning={earning} nothing={/^[0.]*$/.test(whole)} />
      </section>
      {open === "enrol" && <EnrolDialog referral={referral} onClose={close} />}
      {open === "consents" && <ConsentDialog onClose={close} />}
      {open === "points" && <PointsDialog onClose={close} />}
      {open === "codes" && <CodesDialog onClose={close} />}
      {open === "rewards" && <RewardsDialog onClose={close} />}
    </main>
  );
}
