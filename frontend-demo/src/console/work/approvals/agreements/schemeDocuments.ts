/** Bonus schemes and trade-in schemes that others have drafted: their terms, and what they follow. */

import { graphql, type ResultOf } from "../../../../shared/graphql";

const Articles = graphql(`
  fragment ArticlesAsked on BonusArticles @_unmask {
    skus
    categories
    brands
  }
`);

const BonusTerms = graphql(
  `
    fragment BonusAsked on BonusScheme @_unmask {
      fingerprint
      terms {
        name
        startsOn
        endsOn
        period
        measure
        source
        slicing
        waitDays
        byHand
        notTenders
        groups
        bands {
          from
          rate
        }
        growth {
          against
          of
          leastBase
          bands {
            from
            rate
          }
        }
        partners {
          id
          name
        }
        sponsors {
          id
          name
        }
        makers {
          name
        }
        only {
          ...ArticlesAsked
        }
        leavesOut {
          ...ArticlesAsked
        }
        most {
          amount
          currency
        }
      }
    }
  `,
  [Articles],
);

export const BonusAsked = graphql(
  `
    query BonusAsked($subject: ID!) {
      node(id: $subject) {
        ...BonusAsked
      }
      before: agreementBefore(subject: $subject) {
        ...BonusAsked
      }
    }
  `,
  [BonusTerms],
);

const TradeInTerms = graphql(`
  fragment TradeInAsked on TradeInScheme @_unmask {
    fingerprint
    terms {
      name
      mostItems
      mostDays
      becomes
      form
      reverseDays
      prices {
        category
        ages {
          months
          share
        }
        prices {
          grade
          money {
            amount
            currency
          }
        }
      }
      consignment {
        days
        unsold
        fallback
        shares {
          share
          above {
            amount
            currency
          }
        }
      }
      least {
        amount
        currency
      }
      most {
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
  }
`);

export const TradeInAsked = graphql(
  `
    query TradeInAsked($subject: ID!) {
      node(id: $subject) {
        ...TradeInAsked
      }
      before: agreementBefore(subject: $subject) {
        ...TradeInAsked
      }
    }
  `,
  [TradeInTerms],
);

export type Bonus = ResultOf<typeof BonusTerms>["terms"];
export type TradeIn = ResultOf<typeof TradeInTerms>["terms"];
