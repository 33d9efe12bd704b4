/** Having a reward: how many, where, what it leaves, and then what came of it. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../../shared/acts";
import { Dialog } from "../../shared/dialog";
import { sum } from "../../shared/exact";
import { Field } from "../../shared/field";
import { useFormats } from "../../shared/formatting";
import { useHeld } from "../walletContext";
import { type Outcome, RedeemForMyself, type Reward, type Step } from "./documents";
import { Got } from "./Got";
import { costs } from "./taking";
import { useRefusals } from "./useRefusals";

interface Props {
  reward: Reward;
  /** The step's, from 0. */
  place: number;
  step: Step;
  most: number;
  close: () => void;
}

export function Redeem({ reward, place, step, most, close }: Props) {
  const { t } = useTranslation(["rewards", "common"]);
  const { run, busy, refusals } = useAct(RedeemForMyself, ({ myRewardRedeem: told }) => told.userErrors);
  const explained = useRefusals(refusals as Outcome["userErrors"]);
  const [pieces, setPieces] = useState(1);
  const [partner, setPartner] = useState(reward.partners[0]?.id ?? "");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const redeem = async () => {
    const input = { reward: reward.id, step: place + 1, pieces, partner };
    const done = await run((idempotencyKey) => ({ input: { ...input, idempotencyKey } }));
    if (done) setOutcome(done.myRewardRedeem);
  };
  if (outcome?.redemption) return <Got had={outcome.redemption} reward={reward} invites={outcome.invitation !== null} close={close} />;
  return (
    <Dialog
      heading={t("redeem.heading")}
      onClose={close}
      actions={
        <>
          <button type="button" className="quiet-action" onClick={close}>
            {t("common:cancel")}
          </button>
          <button type="button" className="action" onClick={() => void redeem()} disabled={busy} aria-busy={busy}>
            {t(busy ? "common:wait" : "redeem.confirm")}
          </button>
        </>
      }
    >
      <div className="redeem">
        <p className="redeem-what">{reward.name}</p>
        {most > 1 && <Pieces pieces={pieces} most={most} change={setPieces} />}
        {reward.partners.length > 1 && <Where reward={reward} partner={partner} change={setPartner} />}
        <Sum step={step} pieces={pieces} />
        <Refusals of={explained} />
      </div>
    </Dialog>
  );
}

/** What it costs, and what can be spent afterwards. */
function Sum({ step, pieces }: { step: Step; pieces: number }) {
  const { t } = useTranslation("rewards");
  const { points, signedPoints, money } = useFormats();
  const { available: live } = useHeld().known.wallet;
  const [available] = useState(live); // what is left falls by itself once it is redeemed
  const price = costs(step, pieces);
  const beside = sum(Array.from({ length: pieces }, () => step.money.amount));
  return (
    <dl className="redeem-sum">
      <div>
        <dt>{t("redeem.have")}</dt>
        <dd className="figures">{points(available)}</dd>
      </div>
      <div>
        <dt>{t("redeem.spend")}</dt>
        <dd className="figures">{signedPoints(-price)}</dd>
      </div>
      <div className="redeem-left">
        <dt>{t("redeem.left")}</dt>
        <dd className="figures">{points(BigInt(available) - price)}</dd>
      </div>
      {/[1-9]/.test(beside) && (
        <div>
          <dt>{t("redeem.beside")}</dt>
          <dd className="figures">{money({ ...step.money, amount: beside })}</dd>
        </div>
      )}
    </dl>
  );
}

interface PiecesProps {
  pieces: number;
  most: number;
  change: (pieces: number) => void;
}

function Pieces({ pieces, most, change }: PiecesProps) {
  const { t } = useTranslation("rewards");
  return (
    <div className="redeem-pieces" role="group" aria-label={t("redeem.pieces")}>
      <span aria-hidden="true">{t("redeem.pieces")}</span>
      <button type="button" className="quiet-action" aria-label={t("redeem.fewer")} disabled={pieces <= 1} onClick={() => change(pieces - 1)}>
        −
      </button>
      <output className="figures">{pieces}</output>
      <button type="button" className="quiet-action" aria-label={t("redeem.more")} disabled={pieces >= most} onClick={() => change(pieces + 1)}>
        +
      </button>
    </div>
  );
}

interface WhereProps {
  reward: Reward;
  partner: string;
  change: (partner: string) => void;
}

function Where({ reward, partner, change }: WhereProps) {
  const { t } = useTranslation("rewards");
  return (
    <Field label={t("redeem.where")}>
      <select value={partner} onChange={({ target }) => change(target.value)}>
        {reward.partners.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  );
}
