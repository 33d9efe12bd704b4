/** How it is paid: Enter takes the first. */

import { useTranslation } from "react-i18next";

import { Dialog } from "../shared/dialog";
import { isZero } from "../shared/exact";
import { useFormats } from "../shared/formatting";
import { useTill } from "./till";
import { useFocused } from "./useFocused";

export type Tender = "CARD" | "CASH";
const TENDERS: readonly Tender[] = ["CARD", "CASH"];

interface Props {
  due: string;
  busy: boolean;
  onPay: (tender: Tender) => void;
  onClose: () => void;
}

export function PayDialog({ due, busy, onPay, onClose }: Props) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const { house, up } = useTill();
  const first = useFocused<HTMLButtonElement>();
  return (
    <Dialog heading={t("pay.how")} onClose={onClose}>
      <p className="till-due">
        <span>{t("pay.due")}</span>
        <span className="figures">{formats.money({ amount: due, currency: house.coalition.currency })}</span>
      </p>
      {!up && <p className="till-why">{t("down.sale")}</p>}
      <div className="till-tenders">
        {isZero(due) ? (
          <button ref={first} type="button" className="action" disabled={busy} onClick={() => onPay("CARD")}>
            {t("pay.nothing")}
          </button>
        ) : (
          TENDERS.map((tender, place) => (
            <button
              key={tender}
              ref={place === 0 ? first : undefined}
              type="button"
              className={place === 0 ? "action" : "quiet-action"}
              disabled={busy}
              onClick={() => onPay(tender)}
            >
              {t(`pay.by.${tender}`)}
            </button>
          ))
        )}
      </div>
    </Dialog>
  );
}
