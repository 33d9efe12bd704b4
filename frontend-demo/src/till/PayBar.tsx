/** What is to be paid, and the one button that ends the sale. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals } from "../shared/acts";
import { isZero, negated } from "../shared/exact";
import { useFormats } from "../shared/formatting";
import { isWhole } from "./basket";
import { PayDialog } from "./PayDialog";
import type { Receipt } from "./Receipt";
import { figuresOf, isEmpty } from "./sale";
import { useSale, useTill } from "./till";
import { useGiveUp } from "./useGiveUp";
import { useKeys } from "./useKeys";
import { useEnding } from "./useEnding";

export function PayBar({ onPaid }: { onPaid: (receipt: Receipt) => void }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const { house, digits } = useTill();
  const { sale, next } = useSale();
  const giveUp = useGiveUp();
  const ending = useEnding(onPaid);
  const [paying, setPaying] = useState(false);
  const { whole, byPoints, due } = figuresOf(sale, digits);
  const money = (amount: string) => formats.money({ amount, currency: house.coalition.currency });
  const ready = sale.lines.length > 0 && sale.lines.every(isWhole) && sale.customer !== null && !ending.undoing;
  const pay = () => ready && setPaying(true);
  useKeys({ F9: pay }, !paying);
  return (
    <div className="till-pay">
      <Refusals of={ending.refusals} />
      {!isZero(byPoints) && (
        <p className="till-sum">
          <span>{t("pay.whole")}</span>
          <span className="figures">{money(whole)}</span>
          <span>{t("pay.byPoints")}</span>
          <span className="figures">{money(negated(byPoints))}</span>
        </p>
      )}
      <p className="till-due">
        <span>{t("pay.due")}</span>
        <span className="figures">{money(due)}</span>
      </p>
      {sale.lines.length > 0 && !ready && (
        <p className="till-why" role="status">
          {t(ending.undoing ? "pay.undoing" : sale.customer ? "pay.priceMissing" : "pay.whoMissing")}
        </p>
      )}
      <div className="till-pay-acts">
        {!isEmpty(sale) && (
          <button type="button" className="quiet-action" disabled={giveUp.busy || ending.undoing} onClick={() => void giveUp.all().then(next)}>
            {t("pay.breakOff")}
          </button>
        )}
        <button type="button" className="action" aria-keyshortcuts="F9" aria-disabled={!ready} onClick={pay}>
          {t("pay.label")} <kbd>F9</kbd>
        </button>
      </div>
      {paying && (
        <PayDialog
          due={due}
          busy={ending.busy}
          onClose={() => setPaying(false)}
          onPay={(tender) => void ending.end(tender).then(() => setPaying(false))}
        />
      )}
    </div>
  );
}
