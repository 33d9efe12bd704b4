/** Reckons the vouchers of the sale anew after each change of the basket. */

import { useEffect } from "react";
import { useClient } from "urql";

import { linesOf, type Off } from "./basket";
import { TillVouchers, type VoucherFound } from "./documents";
import type { Sale, Voucher } from "./sale";
import { useSale, useTill } from "./till";

const PAUSE_MS = 250;

export function useVouchersAnew(): void {
  const client = useClient();
  const { sale, step } = useSale();
  const { digits, outlet, up, fell } = useTill();
  const asked = sale.vouchers.length === 0 || sale.using ? "" : JSON.stringify(voucherInput(sale, digits, outlet));
  useEffect(() => {
    if (!asked || !up) return;
    let still = true;
    const timer = setTimeout(() => {
      const input = JSON.parse(asked) as ReturnType<typeof voucherInput>;
      void client
        .query(TillVouchers, { input }, { requestPolicy: "network-only" })
        .toPromise()
        .then(({ data, error }) => {
          if (error?.networkError) fell();
          if (still && data) step({ do: "vouchers", vouchers: data.voucherCheck.vouchers.map(asVoucher) });
        });
    }, PAUSE_MS);
    return () => {
      still = false;
      clearTimeout(timer);
    };
    // `step` and `fell` only set state.
  }, [client, asked, up]);
}

/** What vouchers are reckoned on: the basket before anything is taken off. */
export function voucherInput(sale: Sale, digits: number, outlet: string, more: Partial<Pick<Voucher, "code" | "id">> = {}) {
  const all = [...sale.vouchers, ...(more.code || more.id ? [{ code: more.code ?? null, id: more.id ?? null }] : [])];
  const lines = linesOf(sale.lines, [], digits).map(({ number, sku, quantity, amount }) => ({ number, sku, quantity, amount }));
  return {
    codes: all.flatMap(({ code }) => (code === null ? [] : [code])),
    vouchers: all.flatMap(({ code, id }) => (code === null && id !== null ? [id] : [])),
    ...(sale.customer && { member: sale.customer.ref }),
    ...(lines.length > 0 && { lines }),
    outletCode: outlet,
  };
}

export const asVoucher = (found: VoucherFound): Voucher => ({
  code: found.code,
  id: found.voucher?.id ?? null,
  name: found.voucher?.name ?? found.code ?? "",
  off: found.money.amount,
  lines: found.lines.map(({ number, money }): Off => ({ number, amount: money.amount })),
});
