/** A reward's picture: the owner's, where it lies with us, else a sign of its kind in the partner's colour. */

import { useState } from "react";

import { type Hued, toneOf } from "../../shared/partner";
import type { Kind } from "./documents";

/** Drawn on a square of 24, in lines. */
const SIGNS: Record<Kind, string> = {
  DISCOUNT: "M6 18L18 6M8.5 6a2.5 2.5 0 100 5 2.5 2.5 0 000-5zM15.5 13a2.5 2.5 0 100 5 2.5 2.5 0 000-5z",
  PRODUCT: "M4 9h16l-1.6 10.2a1 1 0 01-1 .8H6.6a1 1 0 01-1-.8zM8.5 9L12 4l3.5 5M9.5 12.5v4M14.5 12.5v4",
  GIFT: "M4 11h16v9H4zM3 7.5h18V11H3zM12 7.5V20M12 7.5C9 7.5 7.5 3.5 10 3.5c1.5 0 2 2 2 4zM12 7.5c3 0 4.5-4 2-4-1.5 0-2 2-2 4z",
  EXPERIENCE: "M12 3.5l2.6 5.3 5.9.9-4.2 4.1 1 5.8L12 16.9l-5.3 2.7 1-5.8-4.2-4.1 5.9-.9z",
  ENTERTAINMENT: "M4 7h16v3.2a1.9 1.9 0 000 3.6V17H4v-3.2a1.9 1.9 0 000-3.6zM14.5 7v2M14.5 11v2M14.5 15v2",
  CHARITY: "M12 20s-7.5-4.6-7.5-10A4.2 4.2 0 0112 7.4 4.2 4.2 0 0119.5 10c0 5.4-7.5 10-7.5 10z",
  EARLY_ACCESS: "M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM12 8v4.5l3 2",
  SWEEPSTAKE: "M5 5h14v14H5zM9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01",
};

interface Props {
  reward: { kind: Kind; image: string | null; partners: readonly Hued[] };
  large?: boolean;
}

export function Tile({ reward, large = false }: Props) {
  const picture = ownPicture(reward.image);
  const [broken, setBroken] = useState(false);
  const tone = reward.partners[0] && toneOf(reward.partners[0].hue);
  const size = large ? "reward-tile large" : "reward-tile";
  if (picture && !broken) return <img className={size} src={picture} alt="" onError={() => setBroken(true)} />;
  return (
    <span className={`${size} toned`} style={tone} aria-hidden="true">
      <svg viewBox="0 0 24 24">
        <path d={SIGNS[reward.kind]} />
      </svg>
    </span>
  );
}

/** The pages show pictures from this server alone. */
function ownPicture(address: string | null): string | null {
  return address && URL.canParse(address) && new URL(address).origin === window.location.origin ? address : null;
}
