/** What a till asks of the API. */

import { graphql, type ResultOf, type VariablesOf } from "../shared/graphql";

export const TillShop = graphql(`
  query TillShop {
    serverTime
    coalition {
      name
      currency
      standardPrice
      timeZone
    }
    viewer {
      scopes
      partner {
        id
        slug
        name
        hue
        roles
        outlets(first: 100) {
          nodes {
            code
            name
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`);

/** The outlets of a chain, beyond the first hundred. */
export const TillOutlets = graphql(`
  query TillOutlets($after: String) {
    viewer {
      partner {
        outlets(first: 100, after: $after) {
          nodes {
            code
            name
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`);

export const TillArticles = graphql(`
  query TillArticles($matching: String, $first: Int!) {
    partnerProducts(matching: $matching, first: $first) {
      nodes {
        sku
        gtin
        name
        brand
      }
    }
  }
`);

const TillMemberFields = graphql(`
  fragment TillMemberFields on Member @_unmask {
    id
    kind
    consents {
      purpose
      stands
    }
    walletShown {
      available
      pending
      debt
      expiries {
        at
        points
      }
    }
  }
`);

export const TillMember = graphql(
  `
    query TillMember($ref: MemberRefInput!) {
      member(ref: $ref) {
        ...TillMemberFields
      }
    }
  `,
  [TillMemberFields],
);

export const TillConsentTexts = graphql(`
  query TillConsentTexts($partner: ID!, $language: String!) {
    consentTexts(partner: $partner, language: $language) {
      purpose
      words
    }
  }
`);

export const TillEnrol = graphql(
  `
    mutation TillEnrol($input: MemberEnrolInput!, $language: String!) {
      memberEnrol(input: $input) {
        replayed
        member {
          ...TillMemberFields
        }
        referral {
          counts
          message(language: $language)
        }
        userErrors {
          code
          message
          path
        }
      }
    }
  `,
  [TillMemberFields],
);

export const TillConsent = graphql(
  `
    mutation TillConsent($input: MemberConsentInput!) {
      memberConsent(input: $input) {
        member {
          ...TillMemberFields
        }
        userErrors {
          code
          message
          path
        }
      }
    }
  `,
  [TillMemberFields],
);

const AwardFields = graphql(`
  fragment TillAwardFields on Award @_unmask {
    campaign
    points
    reason(language: $language)
    lines
    availableAt
    fundedBy {
      points
      sponsor {
        slug
        name
        hue
      }
    }
  }
`);

export const TillPreview = graphql(
  `
    query TillPreview($basket: PurchasePreviewInput!, $language: String!) {
      purchasePreview(basket: $basket) {
        points
        awards {
          ...TillAwardFields
        }
        missed {
          campaign
          why
          reason(language: $language)
          missing {
            count
            amount {
              amount
              currency
            }
          }
        }
        offers {
          campaign
          line
          reason(language: $language)
          amount {
            amount
            currency
          }
        }
        tokens {
          campaign
          name
          reason(language: $language)
        }
        turns {
          campaign
          reason(language: $language)
        }
        progress {
          campaign
          reason(language: $language)
        }
        tierGains {
          tier
          points
        }
      }
    }
  `,
  [AwardFields],
);

export const TillRecord = graphql(`
  mutation TillRecord($input: PurchaseRecordInput!) {
    purchaseRecord(input: $input) {
      purchase {
        id
        points
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const TillSetAside = graphql(`
  mutation TillSetAside($input: RedemptionAuthorizeInput!) {
    redemptionAuthorize(input: $input) {
      available
      redemption {
        id
        points
        holdsUntil
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const TillCapture = graphql(`
  mutation TillCapture($input: RedemptionCaptureInput!) {
    redemptionCapture(input: $input) {
      available
      redemption {
        id
        state
        spent
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const TillGiveUp = graphql(`
  mutation TillGiveUp($input: RedemptionVoidInput!) {
    redemptionVoid(input: $input) {
      available
      redemption {
        id
        state
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const TillVouchers = graphql(`
  query TillVouchers($input: VoucherCheckInput!) {
    voucherCheck(input: $input) {
      money {
        amount
        currency
      }
      vouchers {
        code
        whyNot
        money {
          amount
          currency
        }
        missing {
          amount
          currency
        }
        lines {
          number
          money {
            amount
          }
        }
        voucher {
          id
          name
          expiresAt
          owner {
            slug
            name
            hue
          }
        }
      }
    }
  }
`);

export const TillUseVouchers = graphql(`
  mutation TillUseVouchers($input: VoucherUseInput!) {
    voucherUse(input: $input) {
      use {
        id
        money {
          amount
          currency
        }
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const TillUndoVouchers = graphql(`
  mutation TillUndoVouchers($input: VoucherReverseInput!) {
    voucherReverse(input: $input) {
      use {
        id
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const TillRewards = graphql(`
  query TillRewards($partner: ID!, $language: String!) {
    rewards(filter: { partner: $partner }, first: 50) {
      nodes {
        id
        name(language: $language)
        kind
        fulfilment
        holdMinutes
        byItself
        partners {
          slug
        }
        steps {
          points
          name
          money {
            amount
            currency
          }
        }
        owner {
          slug
          name
          hue
        }
      }
    }
  }
`);

export const TillQuote = graphql(`
  query TillQuote($input: RewardQuoteInput!) {
    rewardQuote(input: $input) {
      quote {
        affordable
        limitLeft
        quote {
          points
          pieces
        }
        money {
          amount
          currency
        }
        off {
          amount
          currency
        }
        lines {
          number
          amount {
            amount
          }
        }
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const TillRedeem = graphql(`
  mutation TillRedeem($input: RewardRedeemInput!) {
    rewardRedeem(input: $input) {
      available
      redemption {
        id
        state
        points
        holdsUntil
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const TillEnterCode = graphql(`
  mutation TillEnterCode($input: CodeEnterInput!) {
    codeEnter(input: $input) {
      entry {
        points
        units
        given
        product {
          name
        }
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const TillToReturn = graphql(`
  query TillToReturn($receiptNumber: String!, $member: MemberRefInput) {
    purchaseToReturn(receiptNumber: $receiptNumber, member: $member) {
      occurredAt
      purchase {
        id
        points
      }
      lines {
        number
        sku
        name
        quantity
        left
        amount {
          amount
          currency
        }
      }
    }
  }
`);

export const TillReturn = graphql(`
  mutation TillReturn($input: PurchaseReturnInput!) {
    purchaseReturn(input: $input) {
      available
      debt
      purchaseReturn {
        points
        vouchersCancelled
        taken {
          points
          owed
          sponsor {
            slug
            name
            hue
          }
        }
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export type PurchaseInput = VariablesOf<typeof TillRecord>["input"];
export type Known = ResultOf<typeof TillMemberFields>;
export type Award = ResultOf<typeof AwardFields>;
export type Preview = ResultOf<typeof TillPreview>["purchasePreview"];
export type ShopAnswer = ResultOf<typeof TillShop>;
export type Article = ResultOf<typeof TillArticles>["partnerProducts"]["nodes"][number];
export type VoucherFound = ResultOf<typeof TillVouchers>["voucherCheck"]["vouchers"][number];
export type Reward = ResultOf<typeof TillRewards>["rewards"]["nodes"][number];
export type ToReturn = NonNullable<ResultOf<typeof TillToReturn>["purchaseToReturn"]>;
export type Returned = NonNullable<ResultOf<typeof TillReturn>["purchaseReturn"]["purchaseReturn"]>;
export type UseInput = VariablesOf<typeof TillUseVouchers>["input"];
