/** What the basket would earn, asked anew a moment after each change; an answer that comes too late is dropped. */

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";

import { faultSaid } from "../shared/refusals";
import { type Preview, TillPreview } from "./documents";
import { type Sale, sold } from "./sale";
import { useTill } from "./till";

const PAUSE_MS = 200;

export interface Earning {
  preview: Preview | null;
  /** It is being asked for: what is shown is of the basket before. */
  stale: boolean;
  refused: string | null;
}

const NOTHING: Earning = { preview: null, stale: false, refused: null };

export function usePreview(sale: Sale): Earning {
  const client = useClient();
  const { language } = useTranslation().i18n;
  const { house, digits, outlet, up, fell } = useTill();
  const [earning, setEarning] = useState<Earning>(NOTHING);
  const lines = JSON.stringify(sold(sale, digits));
  const ref = sale.customer ? JSON.stringify(sale.customer.ref) : "";
  useEffect(() => {
    if (lines === "[]" || !outlet || !up) {
      setEarning(NOTHING);
      return;
    }
    setEarning((before) => ({ ...before, stale: true }));
    let still = true;
    const ask = async () => {
      const basket = {
        lines: JSON.parse(lines) as ReturnType<typeof sold>,
        currency: house.coalition.currency,
        outletCode: outlet,
        channel: "STORE",
        ...(ref && { member: JSON.parse(ref) as { cardNumber: string } }),
      };
      const { data, error } = await client.query(TillPreview, { basket, language }, { requestPolicy: "network-only" }).toPromise();
      const refused = await faultSaid(error);
      if (!still) return;
      if (error?.networkError) fell();
      setEarning({ preview: data?.purchasePreview ?? null, stale: false, refused });
    };
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      still = false;
      clearTimeout(timer);
    };
    // `fell` only tells of a lost line.
  }, [client, lines, ref, outlet, up, house, language]);
  return earning;
}
