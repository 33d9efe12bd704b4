/** One reward: what it is, for whom, how it comes, and having it. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useQuery } from "urql";

import { PartnerName } from "../../shared/partner";
import { Empty, Failed, WaitingSheet } from "../../shared/states";
import { useHeld } from "../walletContext";
import { OneReward, type Reach, type Reward, type Step } from "./documents";
import { Draw } from "./Draw";
import { Facts } from "./Facts";
import { Giving } from "./Giving";
import { hindering } from "./reach";
import { Redeem } from "./Redeem";
import { CanSpend, Marks } from "./ShelfPage";
import { Steps } from "./Steps";
import { costs, isAtTill, mostPieces, usualStep } from "./taking";
import { Tile } from "./Tile";
import { useRewards } from "./useRewards";
import { useWords } from "./words";

export function RewardPage({ id }: { id: string }) {
  const { t, i18n } = useTranslation("rewards");
  const [{ data, error }, ask] = useQuery({ query: OneReward, variables: { id: decodeURIComponent(id), language: i18n.language } });
  const { reaches, failed, again } = useRewards();
  const retry = () => {
    ask({ requestPolicy: "network-only" });
    again();
  };
  if ((error && !data) || failed) return <Failed again={retry} />;
  if (!data || !reaches) return <WaitingSheet />;
  return (
    <>
      <p className="rewards-back">
        <Link href="/rewards">{t("back")}</Link>
      </p>
      {data.reward ? (
        <Told reward={data.reward} reach={reaches.find((reach) => reach.reward.id === data.reward?.id) ?? null} />
      ) : (
        <>
          <h1>{t("gone.heading")}</h1>
          <Empty heading={t("gone.text")} />
        </>
      )}
    </>
  );
}

function Told({ reward, reach }: { reward: Reward; reach: Reach | null }) {
  const { t } = useTranslation("rewards");
  return (
    <article className="reward">
      <header className="reward-head">
        <Tile reward={reward} large />
        <div>
          <p className="reward-kind">{t(`kinds.${reward.kind}`)}</p>
          <h1>{reward.name}</h1>
          <ul className="reward-partners">
            {reward.partners.map((partner) => (
              <li key={partner.slug}>
                <PartnerName partner={partner} />
              </li>
            ))}
          </ul>
          {reach && <Marks reach={reach} />}
        </div>
      </header>
      <Having reward={reward} reach={reach} />
      <div className="reward-about">
        {reward.about && <p>{reward.about}</p>}
        <Facts reward={reward} />
        {reward.charity !== null && <Giving charity={reward.charity} />}
        {reward.prizes.length > 0 && <Draw reward={reward} />}
      </div>
    </article>
  );
}

/** The ways to have it, and the one way on: redeem, ask at the till, or what is missing. */
function Having({ reward, reach }: { reward: Reward; reach: Reach | null }) {
  const { t } = useTranslation("rewards");
  const { available } = useHeld().known.wallet;
  const [chosen, choose] = useState(() => usualStep(reward.steps, available));
  const [open, setOpen] = useState(false);
  const step = reward.steps[chosen];
  return (
    <section className="reward-having" aria-labelledby="having">
      <h2 id="having">{t("having.heading")}</h2>
      <CanSpend />
      <Steps reward={reward} chosen={chosen} choose={choose} />
      {reach === null ? (
        <p className="reward-away">{t("having.over")}</p>
      ) : (
        <WayOn reward={reward} reach={reach} step={step} redeem={() => setOpen(true)} />
      )}
      {open && step && reach && (
        <Redeem reward={reward} place={chosen} step={step} most={mostPieces(step, available, reach)} close={() => setOpen(false)} />
      )}
    </section>
  );
}

interface WayOnProps {
  reward: Reward;
  reach: Reach;
  step: Step | undefined;
  redeem: () => void;
}

function WayOn({ reward, reach, step, redeem }: WayOnProps) {
  const { t } = useTranslation("rewards");
  const words = useWords();
  const { available } = useHeld().known.wallet;
  const hindrances = hindering(reach).filter(({ why }) => why !== "POINTS");
  if (hindrances.length > 0) return <p className="reward-away">{hindrances.map(words.hindrance).join(" · ")}</p>;
  const missing = step ? costs(step, 1) - BigInt(available) : BigInt(reach.pointsMissing);
  if (missing > 0n) return <p className="reward-away">{words.hindrance({ why: "POINTS", points: String(missing) })}</p>;
  if (reward.byItself) {
    return (
      <p className="reward-way">
        {t("having.byItself")} <Link href="/rewards/vouchers">{t("having.toCertificates")}</Link>
      </p>
    );
  }
  if (!step || isAtTill(reward, step)) {
    return (
      <p className="reward-way">
        {t("having.atTill")} <Link href="/card">{t("having.toCard")}</Link>
      </p>
    );
  }
  return (
    <button type="button" className="action reward-redeem" onClick={redeem}>
      {t("redeem.for", { price: words.price(step) })}
    </button>
  );
}
