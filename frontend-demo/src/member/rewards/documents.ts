/** What the rewards' pages ask of the API. */

import { graphql, type ResultOf } from "../../shared/graphql";

const WorthFields = graphql(`
  fragment WorthFields on RewardWorth @_unmask {
    amount {
      amount
      currency
    }
    share
    most {
      amount
      currency
    }
    thing
    coupon
    tickets
    gift {
      amount
      currency
    }
    match
    matchedBy {
      name
      hue
    }
    articles {
      pick
      categories
      brands
    }
  }
`);

/** How near each reward is, with as much of it as a list shows. */
export const MyRewards = graphql(`
  query MyRewards($language: String!) {
    myRewards {
      now
      hindrances
      pointsMissing
      tiersMissing
      opensAt
      limitLeft
      left
      reward {
        id
        name(language: $language)
        kind
        startsAt
        endsAt
        tiers
        image
        byItself
        pay {
          least
          inStepsOf
        }
        steps {
          points
          money {
            amount
            currency
          }
        }
        partners {
          slug
          name
          hue
        }
        early {
          until
          tiers
        }
        limits {
          period
        }
      }
    }
  }
`);

export const OneReward = graphql(
  `
    query OneReward($id: ID!, $language: String!) {
      reward(id: $id) {
        id
        state
        name(language: $language)
        about(language: $language)
        kind
        startsAt
        endsAt
        tiers
        image
        byItself
        weekdays
        hours {
          start
          end
        }
        left
        limits {
          most
          period
          per
        }
        fulfilment
        charity
        early {
          until
          tiers
        }
        pay {
          least
          inStepsOf
          most
          pointsPerUnit
          mostOfBasket
        }
        steps {
          name
          points
          money {
            amount
            currency
          }
          worth {
            ...WorthFields
          }
        }
        partners {
          id
          slug
          name
          hue
        }
        outlets {
          id
          name
        }
        prizes {
          thing
          winners
        }
        draw {
          tickets
          drawnAt
          commitment
          winners {
            place
            number
            thing
          }
        }
      }
    }
  `,
  [WorthFields],
);

const VoucherFields = graphql(`
  fragment VoucherFields on Voucher @_unmask {
    id
    name
    code
    state
    source
    uses
    used
    issuedAt
    expiresAt
    paused
    amount {
      amount
      currency
    }
    least {
      amount
      currency
    }
    takes {
      amount {
        amount
        currency
      }
      share
      most {
        amount
        currency
      }
      free
      thing
      valued
    }
    partners {
      slug
      name
      hue
    }
    owner {
      name
      hue
    }
  }
`);

export const RedeemForMyself = graphql(
  `
    mutation RedeemForMyself($input: MyRewardRedeemInput!) {
      myRewardRedeem(input: $input) {
        available
        redemption {
          id
          points
          fundedBy {
            points
            sponsor {
              slug
              name
              hue
            }
          }
          partner {
            name
            hue
          }
          reward {
            pieces
            tickets
            fulfilment
            reward {
              id
            }
            worth {
              ...WorthFields
            }
            vouchers {
              ...VoucherFields
            }
          }
        }
        invitation {
          code
        }
        userErrors {
          code
          message
          path
          ... on InsufficientPoints {
            available
            required
          }
          ... on RewardNotOpen {
            opensAt
          }
          ... on NotEligible {
            why
            tiers
          }
        }
      }
    }
  `,
  [WorthFields, VoucherFields],
);

export const MyVouchers = graphql(
  `
    query MyVouchers($onlyOpen: Boolean!, $after: String) {
      myVouchers(onlyOpen: $onlyOpen, first: 50, after: $after) {
        nodes {
          ...VoucherFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [VoucherFields],
);

export const MyRedeemedRewards = graphql(
  `
    query MyRedeemedRewards($language: String!, $states: [RewardFulfilmentState!], $after: String) {
      myRedeemedRewards(states: $states, first: 20, after: $after) {
        nodes {
          redemption
          pieces
          piecesLeft
          tickets
          fulfilment
          state
          redeemedAt
          changedAt
          note
          worth {
            ...WorthFields
          }
          partner {
            name
            hue
          }
          reward {
            id
            name(language: $language)
            kind
            charity
            outlets {
              id
              name
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [WorthFields],
);

/** Enough of what was redeemed to count tickets by. */
export const MyTickets = graphql(`
  query MyTickets {
    myRedeemedRewards(first: 100) {
      nodes {
        pieces
        piecesLeft
        tickets
        worth {
          thing
        }
        reward {
          id
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

const CertificateFields = graphql(
  `
    fragment CertificateFields on Certificate @_unmask {
      step
      saving
      due
      whyNone
      nextOn
      reward {
        id
        name(language: $language)
        partners {
          name
          hue
        }
        steps {
          name
          points
          worth {
            ...WorthFields
          }
        }
      }
    }
  `,
  [WorthFields],
);

export const MyCertificates = graphql(
  `
    query MyCertificates($language: String!) {
      myCertificates {
        ...CertificateFields
      }
    }
  `,
  [CertificateFields],
);

export const ChooseCertificate = graphql(
  `
    mutation ChooseCertificate($input: MyCertificateChooseInput!, $language: String!) {
      myCertificateChoose(input: $input) {
        certificate {
          ...CertificateFields
        }
        userErrors {
          code
          message
          path
        }
      }
    }
  `,
  [CertificateFields],
);

const GivingFields = graphql(`
  fragment GivingFields on CharityGiving @_unmask {
    charity
    gifts
    members
    given {
      amount
      currency
    }
    matched {
      amount
      currency
    }
  }
`);

export const Given = graphql(
  `
    query Given($charity: String!) {
      rewardGiving(charity: $charity) {
        ...GivingFields
      }
      myRewardGiving {
        ...GivingFields
      }
    }
  `,
  [GivingFields],
);

const TermsFields = graphql(`
  fragment TermsFields on TierProgrammeTerms @_unmask {
    measure
    period
    months
    kept
    keptMonths
    softLanding
    household
    partners {
      name
      hue
    }
    tiers {
      name
      byInvitation
      count
      benefits
      money {
        amount
        currency
      }
    }
  }
`);

export const MyTiers = graphql(
  `
    query MyTiers {
      myTiers {
        tier
        since
        until
        why
        programme {
          id
          name
          owner {
            name
            hue
          }
          current {
            terms {
              ...TermsFields
            }
          }
        }
        progress {
          measure
          since
          until
          count
          missingCount
          money {
            amount
            currency
          }
          missingMoney {
            amount
            currency
          }
          next {
            name
            count
            money {
              amount
              currency
            }
          }
        }
        history {
          was
          tier
          since
          until
          why
        }
      }
    }
  `,
  [TermsFields],
);

/** What there is for those whom no partner with tiers knows yet. */
export const TierProgrammes = graphql(
  `
    query TierProgrammes {
      tierProgrammes {
        id
        name
        owner {
          name
          hue
        }
        current {
          terms {
            ...TermsFields
          }
        }
      }
    }
  `,
  [TermsFields],
);

export type Reach = ResultOf<typeof MyRewards>["myRewards"][number];
export type Hindrance = Reach["hindrances"][number];
export type Kind = Reach["reward"]["kind"];
export type Reward = NonNullable<ResultOf<typeof OneReward>["reward"]>;
export type Step = Reward["steps"][number];
export type Worth = ResultOf<typeof WorthFields>;
export type Voucher = ResultOf<typeof VoucherFields>;
export type Outcome = ResultOf<typeof RedeemForMyself>["myRewardRedeem"];
export type Had = NonNullable<Outcome["redemption"]>;
export type Redeemed = ResultOf<typeof MyRedeemedRewards>["myRedeemedRewards"]["nodes"][number];
export type Ticketed = ResultOf<typeof MyTickets>["myRedeemedRewards"]["nodes"][number];
export type Certificate = ResultOf<typeof CertificateFields>;
export type Standing = ResultOf<typeof MyTiers>["myTiers"][number];
export type Programme = ResultOf<typeof TierProgrammes>["tierProgrammes"][number];
export type Terms = ResultOf<typeof TermsFields>;
export type Progress = NonNullable<Standing["progress"]>;
export type Tier = Terms["tiers"][number];
