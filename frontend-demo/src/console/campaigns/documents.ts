/** What the campaigns' pages ask of the API. */

import { graphql, type ResultOf } from "../../shared/graphql";
import type { VariablesOf } from "gql.tada";

const PartnerFields = graphql(`
  fragment CampaignPartner on Partner @_unmask {
    id
    slug
    name
    hue
  }
`);

export const CampaignsHouse = graphql(
  `
    query CampaignsHouse {
      serverTime
      coalition {
        currency
        timeZone
      }
      viewer {
        audience
        partner {
          ...CampaignPartner
        }
      }
    }
  `,
  [PartnerFields],
);

const CampaignRow = graphql(
  `
    fragment CampaignRow on Campaign @_unmask {
      id
      version
      state
      name
      kind
      startsAt
      endsAt
      liveFrom
      liveUntil
      owner {
        ...CampaignPartner
      }
      sponsors {
        share
        partner {
          ...CampaignPartner
        }
      }
      awaiting {
        id
      }
      budget {
        points
        money {
          amount
          currency
        }
      }
    }
  `,
  [PartnerFields],
);

export const CampaignsOf = graphql(
  `
    query CampaignsOf($after: String) {
      partnerCampaigns(first: 50, after: $after) {
        nodes {
          ...CampaignRow
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [CampaignRow],
);

const PrizeFields = graphql(`
  fragment PrizeFields on Prize @_unmask {
    points
    token {
      kind
      name
      days
      coupon
    }
    wheel {
      weight
      odds
      points
      token {
        kind
        name
        days
        coupon
      }
    }
  }
`);

// A place names one field five times at most, and a client asks each kind for its name: so kinds come three at a time.
const RulesSpending = graphql(
  `
    fragment RulesSpending on CampaignRule @_unmask {
      __typename
      ... on SpendingRule {
        rate
        tenders
      }
      ... on ItemRule {
        rate
      }
      ... on FlatRule {
        points
        minimum {
          amount
        }
      }
    }
  `,
  [],
);

const RulesStepped = graphql(
  `
    fragment RulesStepped on CampaignRule @_unmask {
      __typename
      ... on BandsRule {
        bands {
          start {
            amount
          }
          gives
        }
      }
      ... on FieldRule {
        field
        rate
        per
        least
        mostCounted: most
      }
      ... on MultiplierRule {
        factor
        base
      }
    }
  `,
  [],
);

const RulesMoney = graphql(
  `
    fragment RulesMoney on CampaignRule @_unmask {
      __typename
      ... on CouponRule {
        cap {
          amount
        }
      }
      ... on CashbackRule {
        rate
        cap {
          amount
        }
      }
      ... on DiscountRule {
        share
        off {
          amount
        }
        price {
          amount
        }
        minimum {
          amount
        }
        cap {
          amount
        }
      }
    }
  `,
  [],
);

const RulesWon = graphql(
  `
    fragment RulesWon on CampaignRule @_unmask {
      __typename
      ... on GiftRule {
        prize {
          ...PrizeFields
        }
        minimum {
          amount
        }
      }
      ... on CardRule {
        every
        prize {
          ...PrizeFields
        }
        counted
        bands {
          start {
            amount
          }
          gives
        }
        atFirst
        days
        period
      }
      ... on MilestonesRule {
        marks {
          at
          prize {
            ...PrizeFields
          }
        }
        counted
        bands {
          start {
            amount
          }
          gives
        }
        period
      }
    }
  `,
  [PrizeFields],
);

const LinesFields = graphql(
  `
    fragment LinesFields on CampaignLines @_unmask {
      privateLabel
      skus
      gtins
      brands
      categories
      departments
      makers {
        ...CampaignPartner
      }
      suppliers {
        ...CampaignPartner
      }
      outlets {
        id
        name
      }
    }
  `,
  [PartnerFields],
);

const CampaignWhole = graphql(
  `
    fragment CampaignWhole on Campaign @_unmask {
      ...CampaignRow
      fingerprint
      spending: rule {
        ...RulesSpending
      }
      stepped: rule {
        ...RulesStepped
      }
      money: rule {
        ...RulesMoney
      }
      won: rule {
        ...RulesWon
      }
      lines {
        ...LinesFields
        excluding {
          ...LinesFields
        }
      }
      when {
        triggers
        weekdays
        hours {
          start
          end
        }
        timeZone
        channels
        condition
        segmented
        segments {
          id
          name
        }
        notSegments {
          id
          name
        }
      }
      partners {
        ...CampaignPartner
      }
      outlets {
        id
        name
      }
      tiers
      expiry {
        kind
        months
        month
        day
      }
      release {
        weekday
        days
        at
      }
      priority
      stacking {
        mode
        group
      }
      caps {
        most
        of
        per
        period
        hours
        shared
      }
      budget {
        alert
        pacing
      }
      daysBefore
      daysAfter
      control
      returnDays
      rounding
      wheel {
        commitment
        seed
      }
    }
  `,
  [CampaignRow, RulesSpending, RulesStepped, RulesMoney, RulesWon, LinesFields, PartnerFields],
);

export const CampaignOf = graphql(
  `
    query CampaignOf($id: ID!) {
      campaign(id: $id) {
        ...CampaignWhole
      }
      campaignVersions(campaign: $id) {
        id
        version
        state
        liveFrom
        liveUntil
      }
    }
  `,
  [CampaignWhole],
);

/** Another version than the latest. */
export const VersionOf = graphql(
  `
    query VersionOf($id: ID!, $version: Int!) {
      campaign(id: $id, version: $version) {
        ...CampaignWhole
      }
    }
  `,
  [CampaignWhole],
);

export const Results = graphql(
  `
    query CampaignResults($id: ID!, $bucket: ResultBucket!) {
      campaignResults(campaign: $id, bucket: $bucket) {
        asOf
        tally {
          reached
          awards
          points
          pointsBack
          tokens
          money
          moneyBack
        }
        sponsors {
          partner {
            ...CampaignPartner
          }
          points
          pointsBack
          cost {
            amount
            currency
          }
        }
        budget {
          whole
          available
          left
          used
          lowSince
        }
        stretches {
          startsAt
          tally {
            reached
            awards
            points
            pointsBack
            money
          }
        }
      }
    }
  `,
  [PartnerFields],
);

export const BudgetUsed = graphql(`
  query BudgetUsed($id: ID!) {
    campaignResults(campaign: $id, bucket: MONTH) {
      budget {
        whole
        used
      }
    }
  }
`);

export const Uplift = graphql(
  `
    query Uplift($id: ID!) {
      campaignUplift(campaign: $id) {
        startsAt
        endsAt
        treated {
          members
          buyers
          mean {
            amount
            currency
          }
        }
        control {
          members
          buyers
          mean {
            amount
            currency
          }
        }
        difference {
          value {
            amount
            currency
          }
          low {
            amount
            currency
          }
          high {
            amount
            currency
          }
          significant
        }
        incremental {
          value {
            amount
            currency
          }
          low {
            amount
            currency
          }
          high {
            amount
            currency
          }
        }
        cost {
          amount
          currency
        }
        costPerSale
      }
    }
  `,
  [],
);

const BacktestFields = graphql(
  `
    fragment BacktestFields on CampaignBacktest @_unmask {
      since
      until
      madeAt
      fingerprint
      purchases
      members
      rewarded
      reached
      points
      pointsCut
      benefits {
        amount
        currency
      }
      sponsors {
        partner {
          ...CampaignPartner
        }
        points
        benefits {
          amount
          currency
        }
        cost {
          amount
          currency
        }
        pointsLive
        pointsWith
      }
      changes {
        name
        pointsLive
        pointsWith
      }
      perPurchase {
        count
        mean
        quantiles {
          percent
          points
        }
        histogram {
          start
          end
          count
        }
      }
      perMember {
        count
        mean
      }
      weeks {
        monday
        purchases
        points
        pointsLive
      }
    }
  `,
  [PartnerFields],
);

export const Backtests = graphql(
  `
    query Backtests($id: ID!) {
      campaignBacktests(campaign: $id) {
        ...BacktestFields
      }
    }
  `,
  [BacktestFields],
);

export const BacktestShares = graphql(
  `
    query BacktestShares($id: ID!) {
      campaignBacktestShares(campaign: $id) {
        since
        until
        madeAt
        fingerprint
        points
        price
        benefits
        members
        partner {
          ...CampaignPartner
        }
      }
    }
  `,
  [PartnerFields],
);

const Errors = graphql(`
  fragment CampaignErrors on UserError @_unmask {
    code
    message
    path
  }
`);

export const LookBack = graphql(
  `
    mutation LookBack($input: CampaignBacktestInput!) {
      campaignBacktest(input: $input) {
        backtest {
          ...BacktestFields
        }
        userErrors {
          ...CampaignErrors
        }
      }
    }
  `,
  [BacktestFields, Errors],
);

const Stepped = graphql(
  `
    fragment CampaignStepped on CampaignPayload @_unmask {
      campaign {
        id
        state
        version
        fingerprint
      }
      userErrors {
        ...CampaignErrors
      }
    }
  `,
  [Errors],
);

export const Draft = graphql(
  `
    mutation CampaignDraft($terms: CampaignTermsInput!) {
      done: campaignDraft(input: { terms: $terms }) {
        ...CampaignStepped
      }
    }
  `,
  [Stepped],
);

export const Change = graphql(
  `
    mutation CampaignChange($campaign: ID!, $terms: CampaignTermsInput!) {
      done: campaignChange(input: { campaign: $campaign, terms: $terms }) {
        ...CampaignStepped
      }
    }
  `,
  [Stepped],
);

export const Agree = graphql(
  `
    mutation CampaignAgree($campaign: ID!, $fingerprint: String!) {
      done: campaignAgree(input: { campaign: $campaign, fingerprint: $fingerprint }) {
        ...CampaignStepped
      }
    }
  `,
  [Stepped],
);

export const Steps = {
  publish: graphql(
    `
      mutation CampaignPublish($campaign: ID!) {
        done: campaignPublish(input: { campaign: $campaign }) {
          ...CampaignStepped
        }
      }
    `,
    [Stepped],
  ),
  pause: graphql(
    `
      mutation CampaignPause($campaign: ID!) {
        done: campaignPause(input: { campaign: $campaign }) {
          ...CampaignStepped
        }
      }
    `,
    [Stepped],
  ),
  resume: graphql(
    `
      mutation CampaignResume($campaign: ID!) {
        done: campaignResume(input: { campaign: $campaign }) {
          ...CampaignStepped
        }
      }
    `,
    [Stepped],
  ),
  end: graphql(
    `
      mutation CampaignEnd($campaign: ID!) {
        done: campaignEnd(input: { campaign: $campaign }) {
          ...CampaignStepped
        }
      }
    `,
    [Stepped],
  ),
};

/** What an editor chooses from. */
export const Choices = graphql(
  `
    query CampaignChoices {
      partners(first: 100) {
        nodes {
          ...CampaignPartner
          roles
          status
        }
      }
      segments(first: 100) {
        nodes {
          id
          name
          size
        }
      }
      tierProgrammes {
        name
        current {
          terms {
            tiers {
              name
            }
          }
        }
      }
      actionTypes {
        name
        own
        fields {
          name
          kind
        }
      }
      productGroups {
        categories
        departments
        brands
      }
    }
  `,
  [PartnerFields],
);

export const OutletsOf = graphql(`
  query OutletsOf($id: ID!) {
    node(id: $id) {
      ... on Partner {
        outlets(first: 100) {
          nodes {
            id
            name
            code
          }
        }
      }
    }
  }
`);

export const ProductsLike = graphql(`
  query ProductsLike($words: String!) {
    partnerProducts(matching: $words, first: 8) {
      nodes {
        sku
        name
        category
      }
    }
  }
`);

export type House = ResultOf<typeof CampaignsHouse>;
export type CampaignRow = ResultOf<typeof CampaignRow>;
export type Version = ResultOf<typeof CampaignOf>["campaignVersions"][number];
export type Whole = ResultOf<typeof CampaignWhole>;
type Kinds<F, N extends string> = Extract<F, { __typename: N }>;
export type RuleShown =
  | Kinds<ResultOf<typeof RulesSpending>, "SpendingRule" | "ItemRule" | "FlatRule">
  | Kinds<ResultOf<typeof RulesStepped>, "BandsRule" | "FieldRule" | "MultiplierRule">
  | Kinds<ResultOf<typeof RulesMoney>, "CouponRule" | "CashbackRule" | "DiscountRule">
  | Kinds<ResultOf<typeof RulesWon>, "GiftRule" | "CardRule" | "MilestonesRule">;
export type PrizeShown = ResultOf<typeof PrizeFields>;
export type LinesShown = ResultOf<typeof LinesFields>;
export type ResultsFound = ResultOf<typeof Results>["campaignResults"];
export type UpliftFound = ResultOf<typeof Uplift>["campaignUplift"];
export type Backtest = ResultOf<typeof BacktestFields>;
export type ChoicesFound = ResultOf<typeof Choices>;
export type Who = ResultOf<typeof PartnerFields>;
export type Stepped = { done: ResultOf<typeof Stepped> };
export type TermsInput = VariablesOf<typeof Draft>["terms"];
export type RuleInput = TermsInput["rule"];
