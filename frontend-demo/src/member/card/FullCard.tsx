/** The card over the whole screen: as large and as white as a scanner likes it, in both themes. */

import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { Barcode, QrCode } from "../../shared/codes/Codes";
import { inGroups } from "./number";

export function FullCard({ number, close }: { number: string; close: () => void }) {
  const { t } = useTranslation(["member", "common"]);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="card-full" aria-label={t("card.label")} onClose={close}>
      <QrCode value={number} label={t("card.qr")} />
      <Barcode value={number} label={t("card.bars")} />
      <p className="card-number figures">{inGroups(number)}</p>
      <button type="button" className="card-close" onClick={() => dialog.current?.close()}>
        {t("common:close")}
      </button>
    </dialog>
  );
}
