/** What the rewards' pages ask of the API: rewards, redeeming, and what was given. */

import { graphql, type ResultOf } from "../../shared/graphql";

export const WorthFields = graphql(`
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

export const VoucherFields = graphql(`
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

export type Reach = ResultOf<typeof MyRewards>["myRewards"][number];
export type Hindrance = Reach["hindrances"][number];
export type Kind = Reach["reward"]["kind"];
export type Reward = NonNullable<ResultOf<typeof OneReward>["reward"]>;
export type Step = Reward["steps"][number];
export type Worth = ResultOf<typeof WorthFields>;
export type Voucher = ResultOf<typeof VoucherFields>;
export type Outcome = ResultOf<typeof RedeemForMyself>["myRewardRedeem"];
export type Had = NonNullable<Outcome["redemption"]>;
