/**
 * The vouchers of a sale: used as it is paid. Where it breaks off between that and its writing down (the window is closed,
 * the answer is lost), they are taken back as soon as there is a line, so that none is spent on nothing.
 */

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";

import { isZero } from "../shared/exact";
import { inWords, type Refusal } from "../shared/refusals";
import { TillUndoVouchers, TillUseVouchers, type UseInput } from "./documents";
import { useSale, useTill } from "./till";
import { voucherInput } from "./useVouchersAnew";

/** The id of the use, nothing where no voucher takes anything off, or why they are not taken. */
type Used = { use: string | null } | { refused: readonly Refusal[] };

/** `paying` while the sale is being paid: what is used then is wanted. */
export function useVoucherUse(paying: boolean): { use: () => Promise<Used>; undoing: boolean; refusals: readonly Refusal[] } {
  const client = useClient();
  const { t } = useTranslation("till");
  const { digits, outlet, up, fell } = useTill();
  const { sale, step, written } = useSale();
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);

  const use = async (): Promise<Used> => {
    setRefusals([]);
    const taking = { ...sale, vouchers: sale.vouchers.filter(({ off }) => !isZero(off)) };
    if (taking.vouchers.length === 0) return { use: null };
    if (!up) return { refused: [{ code: "OFFLINE", message: t("down.vouchers") }] };
    const input: UseInput = {
      ...voucherInput(taking, digits, outlet),
      idempotencyKey: `${sale.key}-vouchers-${sale.unused}`,
      channel: "STORE",
      reference: sale.receipt,
    };
    await written({ do: "use", input });
    const { data, error } = await client.mutation(TillUseVouchers, { input }).toPromise();
    if (error?.networkError) fell();
    const found = data?.voucherUse;
    if (found?.use) return { use: found.use.id };
    if (found) step({ do: "unused" });
    return { refused: found ? await inWords(found.userErrors) : [{ code: "UNREACHABLE", message: t("down.needs") }] };
  };

  const left = paying ? null : sale.using;
  useEffect(() => {
    if (!left || !up) return;
    let still = true;
    const undo = async () => {
      // With the same key the server says what came of it, and uses nothing twice.
      const asked = await client.mutation(TillUseVouchers, { input: left }).toPromise();
      const found = asked.data?.voucherUse.use;
      const input = { use: found?.id ?? "", idempotencyKey: `${left.idempotencyKey}-back` };
      const back = found ? await client.mutation(TillUndoVouchers, { input }).toPromise() : null;
      if (!still) return;
      if (!asked.data || (back && !back.data)) return fell();
      setRefusals(await inWords(back?.data?.voucherReverse.userErrors ?? []));
      step({ do: "unused" });
    };
    void undo();
    return () => {
      still = false;
    };
    // `step` and `fell` only set state.
  }, [client, left, up]);

  return { use, undoing: left !== null, refusals };
}
