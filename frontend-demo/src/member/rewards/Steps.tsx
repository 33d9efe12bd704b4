/** The ways to have a reward: for so many points, so many points and money, or as many points as one likes. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../../shared/formatting";
import { useHeld } from "../walletContext";
import type { Reward, Step } from "./documents";
import { decimalOf } from "./ratios";
import { covered } from "./reach";
import { useWords } from "./words";

interface Props {
  reward: Reward;
  chosen: number;
  choose: (place: number) => void;
}

export function Steps({ reward, chosen, choose }: Props) {
  const { t } = useTranslation("rewards");
  if (reward.pay) return <Paid pay={reward.pay} />;
  const [only] = reward.steps;
  if (only && reward.steps.length === 1) {
    return (
      <div className="reward-step">
        <StepWords step={only} charity={reward.charity} />
      </div>
    );
  }
  return (
    <fieldset className="reward-steps">
      <legend className="unseen">{t("having.choose")}</legend>
      {reward.steps.map((step, place) => (
        <label key={place} className="reward-step">
          <input type="radio" name="step" checked={place === chosen} onChange={() => choose(place)} />
          <StepWords step={step} charity={reward.charity} />
        </label>
      ))}
    </fieldset>
  );
}

function StepWords({ step, charity }: { step: Step; charity: string | null }) {
  const words = useWords();
  const { available } = useHeld().known.wallet;
  const reached = covered(available, BigInt(step.points));
  return (
    <span className="reward-step-words">
      <span>{words.step(step, charity)}</span>
      <span className="reward-step-price">{words.price(step)}</span>
      {reached < 1 && (
        <span className="offered-bar" aria-hidden="true">
          <span style={{ inlineSize: `${reached * 100}%` }} />
        </span>
      )}
    </span>
  );
}

/** 100 points pay one unit of money, from 200 on, by hundreds, up to half a basket. */
function Paid({ pay }: { pay: NonNullable<Reward["pay"]> }) {
  const { t } = useTranslation("rewards");
  const { points, percent } = useFormats();
  const whole = decimalOf(pay.pointsPerUnit).replace(/\.?0+$/, "");
  return (
    <div className="reward-step">
      <p className="reward-step-words">
        <span>{t("pay.rate", { points: points(whole) })}</span>
        <span className="reward-step-price">{t("pay.from", { count: Number(pay.least), points: points(pay.least) })}</span>
        {pay.inStepsOf !== "1" && <span>{t("pay.steps", { points: points(pay.inStepsOf) })}</span>}
        {pay.most !== null && <span>{t("pay.most", { count: Number(pay.most), points: points(pay.most) })}</span>}
        {pay.mostOfBasket !== "1" && <span>{t("pay.basket", { share: percent(decimalOf(pay.mostOfBasket)) })}</span>}
      </p>
    </div>
  );
}
