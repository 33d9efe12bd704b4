/** All rewards, the nearest first, with filters that the address keeps. */

import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";

import { Bone } from "../../shared/chrome";
import { useFormats } from "../../shared/formatting";
import { PartnerName } from "../../shared/partner";
import { Empty, Failed } from "../../shared/states";
import { useHeld } from "../walletContext";
import type { Reach } from "./documents";
import { Filters } from "./Filters";
import { ALL, endsSoon, filterOf, isNew, meets, searchOf } from "./searching";
import { cheapest, covered, earlyUntil, hindering, type Nearness, nearness } from "./reach";
import { Tile } from "./Tile";
import { useRewards } from "./useRewards";
import { useWords } from "./words";

const SECTIONS: readonly Nearness[] = ["now", "near", "later"];

export function ShelfPage() {
  const { t } = useTranslation("rewards");
  const { reaches, failed, again } = useRewards();
  const { now } = useHeld().known;
  const [search, setSearch] = useSearchParams();
  const filter = filterOf(search);
  if (failed) return <Failed again={again} />;
  const found = reaches?.filter((reach) => meets(filter, reach, now)) ?? [];
  const showAll = () => setSearch(searchOf(ALL), { replace: true });
  return (
    <>
      <header className="rewards-head">
        <h1>{t("parts.shelf")}</h1>
        <CanSpend />
      </header>
      <Filters
        filter={filter}
        reaches={reaches ?? []}
        onChange={(changed) => setSearch(searchOf(changed), { replace: true })}
        onClear={showAll}
      />
      <p className="unseen" role="status">
        {reaches && t("filters.found", { count: found.length })}
      </p>
      {!reaches && <WaitingShelf />}
      {reaches?.length === 0 && <Empty heading={t("none.heading")}>{t("none.text")}</Empty>}
      {reaches && reaches.length > 0 && found.length === 0 && (
        <Empty heading={t("filters.nothing")}>
          <button type="button" className="quiet-action" onClick={showAll}>
            {t("filters.clear")}
          </button>
        </Empty>
      )}
      {SECTIONS.map((section) => (
        <Section key={section} name={section} reaches={found.filter((reach) => nearness(reach) === section)} />
      ))}
    </>
  );
}

export function CanSpend() {
  const { t } = useTranslation("rewards");
  const { points } = useFormats();
  const { available } = useHeld().known.wallet;
  return (
    <p className="rewards-spend" aria-live="polite" data-testid="can-spend">
      {t("canSpend", { count: Number(available), points: points(available) })}
    </p>
  );
}

function Section({ name, reaches }: { name: Nearness; reaches: readonly Reach[] }) {
  const { t } = useTranslation("rewards");
  if (reaches.length === 0) return null;
  return (
    <section className="shelf" aria-labelledby={`shelf-${name}`}>
      <h2 id={`shelf-${name}`}>{t(`sections.${name}`)}</h2>
      <ul>
        {reaches.map((reach) => (
          <Offered key={reach.reward.id} reach={reach} />
        ))}
      </ul>
    </section>
  );
}

function Offered({ reach }: { reach: Reach }) {
  const words = useWords();
  const { reward } = reach;
  const [partner, ...others] = reward.partners;
  return (
    <li className="offered">
      <Link href={`/rewards/${encodeURIComponent(reward.id)}`} className="offered-link">
        <Tile reward={reward} />
        <span className="offered-words">
          <span className="offered-name">{reward.name}</span>
          <span className="offered-about">
            {partner && <PartnerName partner={partner} />}
            {others.length > 0 && ` +${others.length}`}
          </span>
          <span className="offered-price">{words.fromPrice(reward)}</span>
          <Away reach={reach} />
          <Marks reach={reach} />
        </span>
      </Link>
    </li>
  );
}

/** What keeps it away; of points, how far they reach by now. */
function Away({ reach }: { reach: Reach }) {
  const words = useWords();
  const { available } = useHeld().known.wallet;
  if (reach.now) return null;
  return (
    <>
      {nearness(reach) === "near" && (
        <span className="offered-bar" aria-hidden="true">
          <span style={{ inlineSize: `${covered(available, cheapest(reach.reward)) * 100}%` }} />
        </span>
      )}
      <span className="offered-away">{hindering(reach).map(words.hindrance).join(" · ")}</span>
    </>
  );
}

export function Marks({ reach }: { reach: Reach }) {
  const { t } = useTranslation("rewards");
  const { day } = useFormats();
  const words = useWords();
  const { now } = useHeld().known;
  const { reward, left } = reach;
  const early = earlyUntil(reach, now);
  const marks = [
    early !== null && t("marks.early", { day: day(early) }),
    reward.tiers.length > 0 && !reach.hindrances.includes("TIER") && t("marks.tiered", { tiers: words.oneOf.format(reward.tiers) }),
    isNew(reward, now) && t("marks.new"),
    reward.endsAt !== null && endsSoon(reward, now) && words.until(reward.endsAt),
    left !== null && left > 0 && t("marks.left", { count: left }),
  ].filter((mark) => mark !== false);
  if (marks.length === 0) return null;
  return (
    <span className="reward-marks">
      {marks.map((mark) => (
        <span key={mark} className="reward-mark">
          {mark}
        </span>
      ))}
    </span>
  );
}

function WaitingShelf() {
  return (
    <section className="shelf" aria-busy="true">
      <h2>
        <Bone width="9rem" />
      </h2>
      <ul>
        {[0, 1, 2, 3, 4, 5].map((place) => (
          <li key={place} className="offered">
            <div className="offered-link">
              <span className="reward-tile bone" aria-hidden="true" />
              <span className="offered-words">
                <Bone width="11rem" />
                <Bone width="8rem" />
                <Bone width="5rem" />
              </span>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
