/** What the pages of cycles ask of the API, and what they have done. */

import { graphql, type ResultOf } from "../../shared/graphql";

const PartyFields = graphql(`
  fragment PartyFields on Party @_unmask {
    role
    partner {
      slug
      name
      hue
    }
  }
`);

const NettingFields = graphql(
  `
    fragment NettingFields on Netting @_unmask {
      efficiency
      gross {
        amount
        currency
      }
      obligations {
        debtor {
          ...PartyFields
        }
        creditor {
          ...PartyFields
        }
        amount {
          amount
        }
      }
      positions {
        party {
          ...PartyFields
        }
        net {
          amount
        }
      }
      throughOperator {
        payer {
          ...PartyFields
        }
        payee {
          ...PartyFields
        }
        amount {
          amount
        }
      }
      peerToPeer {
        payer {
          ...PartyFields
        }
        payee {
          ...PartyFields
        }
        amount {
          amount
        }
      }
    }
  `,
  [PartyFields],
);

/** All of a cycle that one page shows; netting and the approval are the coalition's. */
export const OneCycle = graphql(
  `
    query OneCycle($cycle: ID!, $coalition: Boolean!) {
      cycle(id: $cycle) {
        id
        name
        state
        openedAt
        cutOffAt
        proposedAt
        answerUntil
        approvedAt
        revision
        deMinimis
        digest
        approval @include(if: $coalition)
        answers {
          answer
          until
          answeredAt
          partner {
            slug
            name
            hue
          }
        }
        steps {
          step
          fromState
          toState
          note
          takenAt
        }
        setAsides @include(if: $coalition) {
          id
          fate
          asked
          partner {
            slug
            name
            hue
          }
        }
        netting @include(if: $coalition) {
          ...NettingFields
        }
      }
    }
  `,
  [NettingFields],
);

/** The open cycle, as it would come out if it ended now. */
export const Running = graphql(
  `
    query Running {
      runningPosition {
        asOf
        positions {
          party {
            ...PartyFields
          }
          net {
            amount
            currency
          }
        }
        days {
          day
          position
          issued
          redeemed
          partner {
            slug
            name
            hue
          }
        }
      }
    }
  `,
  [PartyFields],
);

export const OwnNet = graphql(`
  query OwnNet($cycle: ID!) {
    statement(cycle: $cycle) {
      id
      acceptedAt
      partner {
        slug
        name
        hue
      }
      net {
        amount
        currency
      }
      closing {
        amount
        currency
      }
      byKind {
        kind
        amount {
          amount
          currency
        }
      }
    }
  }
`);

/** What the settlement's rules suggest for a step. */
export const Policy = graphql(`
  query Policy {
    settlementPolicy {
      daysToAnswer
      approvalDays
      paymentPlan
    }
  }
`);

const CutOff = graphql(`
  mutation CutOff($cycle: ID!) {
    done: cycleCutOff(input: { cycle: $cycle }) {
      userErrors {
        code
        message
        path
      }
      cycle {
        id
        state
      }
    }
  }
`);

const Compute = graphql(`
  mutation Compute($cycle: ID!) {
    done: cycleCompute(input: { cycle: $cycle }) {
      userErrors {
        code
        message
        path
      }
      cycle {
        id
        state
      }
    }
  }
`);

const Propose = graphql(`
  mutation Propose($cycle: ID!, $days: Int) {
    done: cyclePropose(input: { cycle: $cycle, daysToAnswer: $days }) {
      userErrors {
        code
        message
        path
      }
      cycle {
        id
        state
      }
    }
  }
`);

const Approve = graphql(`
  mutation Approve($cycle: ID!) {
    done: cycleApprove(input: { cycle: $cycle }) {
      userErrors {
        code
        message
        path
      }
      cycle {
        id
        state
      }
    }
  }
`);

const Instruct = graphql(`
  mutation Instruct($cycle: ID!, $plan: PaymentPlan!) {
    done: cycleInstruct(input: { cycle: $cycle, plan: $plan }) {
      userErrors {
        code
        message
        path
      }
      payments {
        id
        cycle {
          id
          state
        }
      }
    }
  }
`);

const Close = graphql(`
  mutation Close($cycle: ID!) {
    done: cycleClose(input: { cycle: $cycle }) {
      userErrors {
        code
        message
        path
      }
      cycle {
        id
        state
      }
    }
  }
`);

const VoidIt = graphql(`
  mutation VoidIt($cycle: ID!, $reason: String!) {
    done: cycleVoid(input: { cycle: $cycle, reason: $reason }) {
      userErrors {
        code
        message
        path
      }
      cycle {
        id
        state
      }
    }
  }
`);

export const steps = {
  cutOff: CutOff,
  compute: Compute,
  propose: Propose,
  approve: Approve,
  instruct: Instruct,
  close: Close,
  void: VoidIt,
} as const;

export type StepName = keyof typeof steps;
export type WholeCycle = NonNullable<ResultOf<typeof OneCycle>["cycle"]>;
export type Netting = NonNullable<WholeCycle["netting"]>;
export type Party = ResultOf<typeof PartyFields>;
export type Forecast = ResultOf<typeof Running>["runningPosition"];
export type OwnStatementSums = NonNullable<ResultOf<typeof OwnNet>["statement"]>;
