/** What others have drafted and a partner is asked to pay a part of: its terms, and what they follow. */

import { graphql, type ResultOf } from "../../../../shared/graphql";

const RewardTerms = graphql(`
  fragment RewardAsked on Reward @_unmask {
    fingerprint
    name
    kind
    charity
    byItself
    stock
    fulfilment
    startsAt
    endsAt
    tiers
    weekdays
    steps {
      name
      points
      money {
        amount
        currency
      }
      worth {
        thing
        tickets
        share
        match
        articles {
          pick
          skus
          categories
          brands
        }
        amount {
          amount
          currency
        }
        most {
          amount
          currency
        }
        gift {
          amount
          currency
        }
        matchedBy {
          name
        }
      }
    }
    pay {
      pointsPerUnit
      least
      most
      inStepsOf
      mostOfBasket
    }
    prizes {
      thing
      winners
    }
    limits {
      most
      per
      period
    }
    early {
      until
      tiers
    }
    hours {
      start
      end
    }
    segments {
      name
    }
    partners {
      name
    }
    outlets {
      name
    }
    sponsors {
      share
      partner {
        id
        name
      }
    }
  }
`);

export const RewardAsked = graphql(
  `
    query RewardAsked($subject: ID!) {
      node(id: $subject) {
        ...RewardAsked
      }
      before: agreementBefore(subject: $subject) {
        ...RewardAsked
      }
    }
  `,
  [RewardTerms],
);

const CouponTerms = graphql(`
  fragment CouponAsked on Coupon @_unmask {
    fingerprint
    name
    startsAt
    endsAt
    days
    tiers
    segmented
    weekdays
    hours {
      start
      end
    }
    lines {
      skus
      gtins
      categories
      brands
      notSkus
      notCategories
      makers {
        name
      }
    }
    codes
    word
    uses
    usesInAll
    together
    transferable
    takes {
      free
      thing
      valued
      share
      amount {
        amount
        currency
      }
      most {
        amount
        currency
      }
    }
    least {
      amount
      currency
    }
    partners {
      name
    }
    outlets {
      name
    }
    sponsors {
      share
      partner {
        id
        name
      }
    }
  }
`);

export const CouponAsked = graphql(
  `
    query CouponAsked($subject: ID!) {
      node(id: $subject) {
        ...CouponAsked
      }
      before: agreementBefore(subject: $subject) {
        ...CouponAsked
      }
    }
  `,
  [CouponTerms],
);

const ActivityTerms = graphql(`
  fragment ActivityAsked on JointActivity @_unmask {
    fingerprint
    terms {
      name
      kind
      address
      startsAt
      endsAt
      answerUntil
      places
      guests
      open
      waiting
      members
      tiers
      texts {
        language
        name
        about
      }
      hosts {
        name
      }
      outlet {
        name
      }
      placesOf {
        places
        partner {
          name
        }
      }
      shares {
        share
        partner {
          id
          name
        }
      }
    }
  }
`);

export const ActivityAsked = graphql(
  `
    query ActivityAsked($subject: ID!) {
      node(id: $subject) {
        ...ActivityAsked
      }
      before: agreementBefore(subject: $subject) {
        ...ActivityAsked
      }
    }
  `,
  [ActivityTerms],
);

export type Reward = ResultOf<typeof RewardTerms>;
export type Coupon = ResultOf<typeof CouponTerms>;
export type Activity = ResultOf<typeof ActivityTerms>["terms"];
