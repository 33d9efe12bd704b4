/** Vouchers on paper, vouchers the member has, and codes out of packs. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient, useQuery } from "urql";

import { Bone } from "../shared/chrome";
import { Dialog } from "../shared/dialog";
import { isZero } from "../shared/exact";
import { Field } from "../shared/field";
import { useFormats } from "../shared/formatting";
import { PartnerName } from "../shared/partner";
import { TillVouchers, type VoucherFound } from "./documents";
import { linesOf } from "./basket";
import { scanned } from "./scanning";
import { useSale, useTill } from "./till";
import { useFocused } from "./useFocused";
import { type Said, useCodeScan, useVoucherScan } from "./useScan";
import { asVoucher, voucherInput } from "./useVouchersAnew";

export function CodesDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("till");
  const { up } = useTill();
  const field = useFocused<HTMLInputElement>();
  const [text, setText] = useState("");
  const [said, setSaid] = useState<Said | null>(null);
  const voucher = useVoucherScan();
  const code = useCodeScan();
  const enter = async (event: FormEvent) => {
    event.preventDefault();
    const what = scanned(text);
    setSaid(what.is === "code" ? await code(what.code) : await voucher(text.trim()));
    setText("");
  };
  return (
    <Dialog heading={t("codes.label")} onClose={onClose}>
      {!up && <p className="till-why">{t("down.needs")}</p>}
      <form className="till-form" onSubmit={(event) => void enter(event)}>
        <Field label={t("codes.enter")} hint={t("codes.hint")}>
          <input ref={field} value={text} autoComplete="off" autoCapitalize="characters" spellCheck={false} onChange={(event) => setText(event.target.value)} />
        </Field>
        <p className={said && !said.good ? "till-said bad" : "till-said"} role="status">
          {said?.text}
        </p>
        <button type="submit" className="quiet-action" disabled={!text.trim() || !up}>
          {t("codes.take")}
        </button>
      </form>
      {up && <InHand onTaken={onClose} />}
    </Dialog>
  );
}

/** The member's own vouchers that are taken here, each by itself with what it takes off this basket. */
function InHand({ onTaken }: { onTaken: () => void }) {
  const { t } = useTranslation("till");
  const { sale } = useSale();
  const { digits, outlet } = useTill();
  const customer = sale.customer;
  const lines = linesOf(sale.lines, [], digits).map(({ number, sku, quantity, amount }) => ({ number, sku, quantity, amount }));
  const input = { ...(customer && { member: customer.ref }), ...(lines.length > 0 && { lines }), outletCode: outlet };
  const [{ data, fetching }] = useQuery({ query: TillVouchers, variables: { input }, pause: !customer, requestPolicy: "network-only" });
  if (!customer) return <p className="till-why">{t("voucher.whoseFirst")}</p>;
  const taken = new Set(sale.vouchers.map(({ id }) => id));
  const found = data?.voucherCheck.vouchers.filter(({ voucher }) => voucher && !taken.has(voucher.id));
  return (
    <section className="till-inhand">
      <h3>{t("voucher.inHand")}</h3>
      {fetching && !found && <Bone width="100%" height="3rem" />}
      {found?.length === 0 && <p className="till-why">{t("voucher.none")}</p>}
      <ul>
        {found?.map((one) => (
          <VoucherLine key={one.voucher?.id} found={one} onTaken={onTaken} />
        ))}
      </ul>
    </section>
  );
}

function VoucherLine({ found, onTaken }: { found: VoucherFound; onTaken: () => void }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const client = useClient();
  const { sale, step } = useSale();
  const { digits, outlet } = useTill();
  const { voucher, whyNot } = found;
  const take = async () => {
    const input = voucherInput(sale, digits, outlet, { id: voucher?.id ?? null });
    const { data } = await client.query(TillVouchers, { input }, { requestPolicy: "network-only" }).toPromise();
    if (data) step({ do: "vouchers", vouchers: data.voucherCheck.vouchers.map(asVoucher) });
    onTaken();
  };
  if (!voucher) return null;
  return (
    <li>
      <span>
        {voucher.name}
        <span className="till-funded">
          <PartnerName partner={voucher.owner} />
          {voucher.expiresAt && t("voucher.until", { day: formats.day(voucher.expiresAt) })}
        </span>
        {whyNot && <span className="till-why">{t(`voucher.whyNot.${whyNot}`)}</span>}
      </span>
      <span className="figures">{isZero(found.money.amount) ? "" : formats.money(found.money)}</span>
      <button type="button" className="quiet-action" disabled={whyNot !== null} onClick={() => void take()}>
        {t("codes.take")}
      </button>
    </li>
  );
}
