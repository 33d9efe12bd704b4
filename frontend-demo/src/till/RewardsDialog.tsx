/** Rewards that can be had here, those in reach first; asked for the basket as it is. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient, useQuery } from "urql";

import { Refusals, useAct } from "../shared/acts";
import { Bone } from "../shared/chrome";
import { Dialog } from "../shared/dialog";
import { greater, isZero } from "../shared/exact";
import { useFormats } from "../shared/formatting";
import { PartnerName } from "../shared/partner";
import { inWords, type Refusal } from "../shared/refusals";
import { TillQuote, TillRedeem, TillRewards, type Reward } from "./documents";
import { sold } from "./sale";
import { useSale, useTill } from "./till";
import { useCustomer } from "./useCustomer";

/** One way to have a reward. */
interface Way {
  reward: Reward;
  step: number;
  points: string;
}

export function RewardsDialog({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation("till");
  const { house, up } = useTill();
  const { sale } = useSale();
  const variables = { partner: house.partner.id, language: i18n.language };
  const [{ data, fetching }] = useQuery({ query: TillRewards, variables, pause: !up });
  const ways = waysOf(data?.rewards.nodes ?? [], sale.customer?.known?.walletShown?.available ?? null);
  return (
    <Dialog heading={t("rewards.label")} onClose={onClose} wide>
      {!up && <p className="till-why">{t("down.needs")}</p>}
      {fetching && <Bone width="100%" height="6rem" />}
      {up && !fetching && ways.length === 0 && <p className="till-why">{t("rewards.none")}</p>}
      <ul className="till-rewards">
        {ways.map((way) => (
          <RewardWay key={`${way.reward.id}-${way.step}`} way={way} onHad={onClose} />
        ))}
      </ul>
    </Dialog>
  );
}

/** Every step of every reward a till hands out, the dearest that is in reach first, then the nearest. */
export function waysOf(rewards: readonly Reward[], available: string | null): Way[] {
  const ways = rewards
    .filter(({ fulfilment, byItself }) => fulfilment !== "BY_PARTNER" && !byItself)
    .flatMap((reward) => reward.steps.map(({ points }, place) => ({ reward, step: place + 1, points })));
  const inReach = ({ points }: Way) => available !== null && !greater(points, available);
  const by = (one: Way, other: Way) => (greater(one.points, other.points) ? 1 : -1);
  return [...ways.filter(inReach).sort((one, other) => -by(one, other)), ...ways.filter((way) => !inReach(way)).sort(by)];
}

function RewardWay({ way: { reward, step: place, points }, onHad }: { way: Way; onHad: () => void }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const redeem = useRedeem({ reward, step: place, points }, onHad);
  const step = reward.steps[place - 1];
  return (
    <li>
      <span>
        {reward.name}
        <span className="till-funded">
          <PartnerName partner={reward.owner} />
          {step && step.name !== reward.name && step.name}
          {step && !isZero(step.money.amount) && ` + ${formats.money(step.money)}`}
        </span>
        <Refusals of={redeem.refusals} />
      </span>
      <span className="figures">{t("points.count", { count: Number(points), points: formats.points(points) })}</span>
      <button type="button" className="quiet-action" disabled={redeem.busy || !redeem.possible} onClick={() => void redeem.run()}>
        {t("rewards.redeem")}
      </button>
    </li>
  );
}

/** Asks what it costs and takes off, then has it: set aside where it can be, so that a sale that breaks off gives it back. */
function useRedeem({ reward, step, points }: Way, onHad: () => void) {
  const client = useClient();
  const { digits, outlet } = useTill();
  const underWay = useSale();
  const { find } = useCustomer();
  const [quoted, setQuoted] = useState<readonly Refusal[]>([]);
  const act = useAct(TillRedeem, (data) => data.rewardRedeem.userErrors);
  const customer = underWay.sale.customer;
  const run = async () => {
    if (!customer) return;
    const lines = sold(underWay.sale, digits).map(({ number, sku, quantity, amount }) => ({ number, sku, quantity, amount }));
    const input = { reward: reward.id, step, member: customer.ref, outletCode: outlet, ...(lines.length > 0 && { lines }) };
    const { data } = await client.query(TillQuote, { input }, { requestPolicy: "network-only" }).toPromise();
    const answer = data?.rewardQuote;
    setQuoted(await inWords(answer?.userErrors ?? []));
    if (!answer?.quote) return;
    const held = reward.holdMinutes > 0;
    const done = await act.run((key) => ({
      input: { ...input, idempotencyKey: key, channel: "STORE", reference: underWay.sale.receipt, ...(held && { holdMinutes: reward.holdMinutes }) },
    }));
    const redemption = done?.rewardRedeem.redemption;
    if (!redemption) return;
    const off = answer.quote.lines.map(({ number, amount }) => ({ number, amount: amount.amount }));
    await find(customer.ref, customer.label);
    underWay.step({
      do: "aside",
      aside: { redemption: redemption.id, points, worth: "0", reward: reward.name, lines: off, held: redemption.state === "AUTHORIZED" },
    });
    onHad();
  };
  return { run, busy: act.busy, refusals: [...quoted, ...act.refusals], possible: customer !== null };
}
