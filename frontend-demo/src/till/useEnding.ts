/** Ends a sale: uses its vouchers, writes it down, sends it; from the writing on it counts, whatever becomes of the line. */

import { useState } from "react";
import { useClient } from "urql";

import type { Refusal } from "../shared/acts";
import { isZero } from "../shared/exact";
import { TillMember } from "./documents";
import type { PayDialog } from "./PayDialog";
import type { Receipt } from "./Receipt";
import { figuresOf, type Sale, sold } from "./sale";
import type { Sold } from "./sending";
import { type Till, useSale, useTill } from "./till";
import { useVoucherUse } from "./useVoucherUse";

type Tender = Parameters<Parameters<typeof PayDialog>[0]["onPay"]>[0];

/** Longer than this nobody waits at a counter; the sale is sent all the same. */
const PATIENCE_MS = 5_000;

export function useEnding(onPaid: (receipt: Receipt) => void) {
  const client = useClient();
  const till = useTill();
  const { sale } = useSale();
  const [busy, setBusy] = useState(false);
  const vouchers = useVoucherUse(busy);
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const end = async (tender: Tender): Promise<void> => {
    setBusy(true);
    setRefusals([]);
    const used = await vouchers.use();
    if ("refused" in used) {
      setRefusals(used.refused);
      setBusy(false);
      return;
    }
    const at = till.clock.now().toISOString();
    await till.queue.add({ key: sale.key, at, sale: soldOf(till, sale, tender, used.use, at) });
    if (till.up) await Promise.race([till.queue.drain(), pause(PATIENCE_MS)]);
    const entry = till.queue.entries().find(({ key }) => key === sale.key);
    const ref = sale.customer?.ref;
    const after = entry?.state === "sent" && ref ? await client.query(TillMember, { ref }, { requestPolicy: "network-only" }).toPromise() : null;
    setBusy(false);
    onPaid({
      sale,
      tender,
      at,
      state: entry?.state ?? "waiting",
      points: entry?.outcome?.points ?? null,
      refusals: entry?.outcome?.refusals ?? [],
      available: after?.data?.member?.walletShown?.available ?? null,
    });
  };
  return { end, busy, undoing: vouchers.undoing, refusals: [...refusals, ...vouchers.refusals] };
}

function soldOf({ house, digits, outlet }: Till, sale: Sale, tender: Tender, use: string | null, at: string): Sold {
  const { whole, byPoints, due } = figuresOf(sale, digits);
  const paid = [
    { kind: "POINTS", amount: isZero(due) ? whole : byPoints },
    { kind: tender, amount: due },
  ].filter(({ amount }) => !isZero(amount));
  return {
    input: {
      idempotencyKey: sale.key,
      member: sale.customer?.ref ?? { cardNumber: "" },
      lines: sold(sale, digits),
      currency: house.coalition.currency,
      outletCode: outlet,
      occurredAt: at,
      channel: "STORE",
      receiptNumber: sale.receipt,
      tenders: paid,
      voucherUses: use === null ? [] : [use],
    },
    redemptions: sale.aside.filter(({ held }) => held).map(({ redemption }) => redemption),
    total: whole,
  };
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
