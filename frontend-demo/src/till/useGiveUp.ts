/** Gives points back that were set aside; without a line they come back by themselves when their time is over. */

import { useState } from "react";
import { useClient } from "urql";

import { TillGiveUp } from "./documents";
import type { SetAside } from "./sale";
import { useSale, useTill } from "./till";

export function useGiveUp(): { busy: boolean; back: (aside: SetAside) => Promise<void>; all: () => Promise<void> } {
  const client = useClient();
  const { sale, step } = useSale();
  const { up } = useTill();
  const [busy, setBusy] = useState(false);
  const back = async (aside: SetAside) => {
    setBusy(true);
    const input = { redemption: aside.redemption, idempotencyKey: `${sale.key}-back-${aside.redemption.slice(-12)}` };
    if (up) await client.mutation(TillGiveUp, { input }).toPromise();
    setBusy(false);
    step({ do: "back", redemption: aside.redemption });
  };
  const all = async () => {
    for (const aside of sale.aside) if (aside.held) await back(aside);
  };
  return { busy, back, all };
}
