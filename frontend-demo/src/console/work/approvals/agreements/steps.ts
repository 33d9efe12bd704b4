/** How one agrees to each sort of what others have drafted. */

import type { TypedDocumentNode } from "urql";

import { graphql } from "../../../../shared/graphql";
import type { Agreement, Done } from "../documents";

/** One agrees to the terms that were shown, and to no others. */
export interface Agreed {
  subject: string;
  fingerprint: string;
}

type Step = TypedDocumentNode<Done, Agreed>;
const step = (document: unknown) => document as Step;

export const AGREE: Readonly<Record<Agreement["kind"], Step>> = {
  CAMPAIGN: step(graphql(`mutation AgreeToPayCampaign($subject: ID!, $fingerprint: String!) { done: campaignAgree(input: { campaign: $subject, fingerprint: $fingerprint }) { userErrors { code message path } } }`)),
  REWARD: step(graphql(`mutation AgreeToPayReward($subject: ID!, $fingerprint: String!) { done: rewardAgree(input: { reward: $subject, fingerprint: $fingerprint }) { userErrors { code message path } } }`)),
  COUPON: step(graphql(`mutation AgreeToPayCoupon($subject: ID!, $fingerprint: String!) { done: couponAgree(input: { coupon: $subject, fingerprint: $fingerprint }) { userErrors { code message path } } }`)),
  ACTIVITY: step(graphql(`mutation AgreeToPayActivity($subject: ID!, $fingerprint: String!) { done: activityAgree(input: { activity: $subject, fingerprint: $fingerprint }) { userErrors { code message path } } }`)),
  BONUS_SCHEME: step(graphql(`mutation AgreeToBonusScheme($subject: ID!, $fingerprint: String!) { done: bonusSchemeAgree(input: { scheme: $subject, fingerprint: $fingerprint }) { userErrors { code message path } } }`)),
  TRADE_IN_SCHEME: step(graphql(`mutation AgreeToPayTradeIn($subject: ID!, $fingerprint: String!) { done: tradeInSchemeAgree(input: { scheme: $subject, fingerprint: $fingerprint }) { userErrors { code message path } } }`)),
};
