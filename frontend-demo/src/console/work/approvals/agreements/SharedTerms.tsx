/** The terms of what several partners pay for, but campaigns: each sort asks its own question. */

import { useTranslation } from "react-i18next";
import { type TypedDocumentNode, useQuery } from "urql";

import { useFormats } from "../../../../shared/formatting";
import { Failed, WaitingSheet } from "../../../../shared/states";
import type { Agreement } from "../documents";
import { Agreeing } from "./Agreeing";
import { type Activity, ActivityAsked, type Coupon, CouponAsked, type Reward, RewardAsked } from "./documents";
import { activityParts, couponParts, rewardParts } from "./offers";
import { type Bonus, BonusAsked, type TradeIn, TradeInAsked } from "./schemeDocuments";
import { bonusParts, ownInBonus, tradeInParts } from "./schemes";
import { TermsShown, Unread } from "./TermsShown";
import { ownShare, type Part, type Shown, type Speaker } from "./told";

/** What any of the questions finds. */
interface Answer {
  node: object | null;
  before: object | null;
}

interface Sort {
  document: TypedDocumentNode<Answer, { subject: string }>;
  told: (answer: Answer, speaker: Speaker) => Shown | null;
}

function sort<T extends { fingerprint: string | null }>(
  document: unknown,
  partsOf: (speaker: Speaker, thing: T) => Part[],
  ownOf: (speaker: Speaker, thing: T) => string | null,
): Sort {
  const known = (found: object | null): T | null => (found && "fingerprint" in found ? (found as T) : null);
  return {
    document: document as Sort["document"],
    told: ({ node, before }, speaker) => {
      const [now, was] = [known(node), known(before)];
      if (!now?.fingerprint) return null;
      return { fingerprint: now.fingerprint, parts: partsOf(speaker, now), before: was && partsOf(speaker, was), own: ownOf(speaker, now) };
    },
  };
}

interface WithTerms<T> {
  fingerprint: string;
  terms: T;
}

const SORTS: Readonly<Record<Exclude<Agreement["kind"], "CAMPAIGN">, Sort>> = {
  REWARD: sort<Reward>(RewardAsked, rewardParts, (speaker, { sponsors }) => ownShare(speaker, sponsors)),
  COUPON: sort<Coupon>(CouponAsked, couponParts, (speaker, { sponsors }) => ownShare(speaker, sponsors)),
  ACTIVITY: sort<WithTerms<Activity>>(
    ActivityAsked,
    (speaker, { terms }) => activityParts(speaker, terms),
    (speaker, { terms }) => ownShare(speaker, terms.shares),
  ),
  BONUS_SCHEME: sort<WithTerms<Bonus>>(
    BonusAsked,
    (speaker, { terms }) => bonusParts(speaker, terms),
    (speaker, { terms }) => ownInBonus(speaker, terms),
  ),
  TRADE_IN_SCHEME: sort<WithTerms<TradeIn>>(
    TradeInAsked,
    (speaker, { terms }) => tradeInParts(speaker, terms),
    (speaker, { terms }) => ownShare(speaker, terms.sponsors),
  ),
};

interface Props {
  one: Agreement;
  own: string | null;
  currency: string;
  onDone: () => void;
}

export default function SharedTerms({ one, own, currency, onDone }: Props) {
  const { t, i18n } = useTranslation(["work", "rewards"]);
  const formats = useFormats();
  const { document, told } = SORTS[one.kind as keyof typeof SORTS];
  const [{ data, error }, read] = useQuery({ query: document, variables: { subject: one.subject }, requestPolicy: "cache-and-network" });
  const again = () => read({ requestPolicy: "network-only" });
  if (!data) return error ? <Failed again={again} /> : <WaitingSheet lines={6} />;
  const shown = told(data, { t, formats, language: i18n.language, currency, own });
  if (!shown) return <Unread />;
  return (
    <>
      <TermsShown shown={shown} />
      <Agreeing one={one} fingerprint={shown.fingerprint} own={shown.own} again={again} onDone={onDone} />
    </>
  );
}
