/** A voucher's code, as a till reads it: squares, bars, and letters to be typed. */

import { useTranslation } from "react-i18next";

import { Barcode, QrCode } from "../../shared/codes/Codes";
import type { Voucher } from "./documents";

export function Code({ voucher }: { voucher: Voucher }) {
  const { t } = useTranslation("rewards");
  const { code } = voucher;
  if (code === null) return null;
  return (
    <figure className="voucher-code">
      <QrCode value={code} label={t("voucher.qr", { code })} />
      <Barcode value={code} label={t("voucher.bars", { code })} />
      <figcaption className="figures" data-testid="voucher-code">
        {code}
      </figcaption>
    </figure>
  );
}
