/** What the liability pages ask of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";

export const Sponsors = graphql(`
  query Sponsors {
    coalition {
      currency
    }
    partners(first: 100) {
      nodes {
        id
        slug
        name
        hue
      }
    }
  }
`);

export const LiabilityOf = graphql(`
  query LiabilityOf($sponsor: ID) {
    liability(sponsor: $sponsor) {
      asOf
      outstanding
      basis
      further {
        low
        expected
        high
      }
      ultimateRedemptionRate {
        low
        expected
        high
      }
      cohorts {
        month
        basis
        issued
        redeemed
        expired
        clawedBack
        outstanding
        redeemedByAge
        ultimateRedemptionRate {
          low
          expected
          high
        }
      }
    }
    cycles(first: 12) {
      nodes {
        id
        name
        cutOffAt
      }
    }
  }
`);

export const OutstandingAt = graphql(`
  query OutstandingAt($sponsor: ID, $at: DateTime) {
    liability(sponsor: $sponsor, asOf: $at) {
      outstanding
      further {
        low
        expected
        high
      }
    }
  }
`);

export const RollForwards = graphql(`
  query RollForwards {
    rollForward {
      cycle
      final
      sponsor {
        id
        slug
        name
        hue
      }
      opening
      billed
      recognised
      breakage
      service
      clawedBack
      currencyEffect
      closing
      difference
    }
  }
`);

export const Deferred = graphql(`
  query Deferred($partner: ID) {
    deferredRevenue(partner: $partner) {
      cycle
      points
      basis
      opening
      allocated
      recognised
      closing
      urr
    }
  }
`);

export const ReserveNow = graphql(`
  query ReserveNow {
    reserve {
      issuanceStoppedAt
      position {
        asOf
        basis
        need {
          low {
            amount
            currency
          }
          expected {
            amount
            currency
          }
          high {
            amount
            currency
          }
        }
        needBySponsor {
          sponsor {
            slug
            name
            hue
          }
          need {
            amount
            currency
          }
        }
        fromSettlement {
          amount
          currency
        }
        fromAccount {
          amount
          currency
        }
        cash {
          amount
          currency
        }
        cover
        standing
        warningBelow
        minimum
        distributable {
          amount
          currency
        }
        lacking {
          amount
          currency
        }
      }
      scenarios {
        scenario
        cover
        standing
        further {
          expected
        }
        need {
          expected {
            amount
            currency
          }
        }
      }
      history {
        day
        asOf
        cover
        coverWarning
        coverMinimum
      }
      movements {
        id
        kind
        amount
        valueOn
        note
        bookedAt
      }
    }
  }
`);

export const Carried = graphql(`
  query Carried {
    concentration {
      limit
      sponsors {
        partner {
          slug
          name
          hue
        }
        points
        share
        warns
      }
    }
    boundedSponsors {
      partner {
        slug
        name
        hue
      }
      packs {
        left
        alert
        hardLimit
        lowSince
      }
      credit {
        left
        limit
        owed
        unpaid
        lowSince
      }
      stops {
        reason
        note
        stoppedAt
        liftedAt
      }
    }
  }
`);

export const Deposit = graphql(`
  mutation ReserveDeposit($input: ReserveMovementInput!) {
    reserveDeposit(input: $input) {
      movement {
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

export const Release = graphql(`
  mutation ReserveRelease($input: ReserveMovementInput!) {
    reserveRelease(input: $input) {
      movement {
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

export type Liability = NonNullable<ResultOf<typeof LiabilityOf>["liability"]>;
export type RollForward = NonNullable<ResultOf<typeof RollForwards>["rollForward"]>[number];
export type Reserve = NonNullable<ResultOf<typeof ReserveNow>["reserve"]>;
export type Position = Reserve["position"];
export type Carry = NonNullable<ResultOf<typeof Carried>["concentration"]>;
export type Means = ResultOf<typeof Carried>["boundedSponsors"][number];
