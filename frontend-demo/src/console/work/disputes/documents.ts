/** What the pages of disputes ask of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";

export const Disputes = graphql(`
  query Disputes($states: [DisputeState!], $mine: Boolean!, $overdue: Boolean!, $after: String) {
    serverTime
    disputes(states: $states, mine: $mine, overdue: $overdue, first: 50, after: $after) {
      nodes {
        id
        state
        reason
        raisedAt
        dueAt
        overdue
        amount {
          amount
          currency
        }
        partner {
          id
          slug
          name
          hue
        }
        otherSide {
          id
          slug
          name
          hue
        }
        decision {
          outcome
          upheld
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const DisputeOf = graphql(`
  query DisputeOf($id: ID!) {
    serverTime
    viewer {
      partner {
        id
      }
    }
    dispute(id: $id) {
      id
      state
      reason
      words
      exact
      treatment
      raisedAt
      dueAt
      answer
      answeredAt
      conceded
      overdue
      cycleId
      amount {
        amount
        currency
      }
      partner {
        id
        slug
        name
        hue
      }
      otherSide {
        id
        slug
        name
        hue
      }
      line {
        id
        number
        kind
        source
        points
        price
        share
        exact
        rounding
        amount
      }
      transfers {
        points
        exact
      }
      evidence {
        id
        name
        mediaType
        words
        size
        addedAt
        sha256
        partner {
          name
          hue
        }
      }
      history {
        step
        toState
        note
        takenAt
        personName
        partner {
          name
          hue
        }
      }
      decision {
        outcome
        upheld
        reasons
        decidedAt
      }
    }
  }
`);

export const CycleNamed = graphql(`
  query CycleNamed($id: ID!) {
    cycle(id: $id) {
      name
    }
  }
`);

/** Where what was decided was booked: the adjustments in money that came of it. */
export const BookedOf = graphql(`
  query BookedOf {
    moneyAdjustments {
      id
      reason
      amount
      note
      agreedAt
      adjustsCycleId
      cycleId
    }
  }
`);

export const EvidenceContent = graphql(`
  query EvidenceContent($id: ID!) {
    disputeEvidenceContent(id: $id)
  }
`);

export const Answer = graphql(`
  mutation AnswerDispute($dispute: ID!, $words: String!, $conceded: Decimal!) {
    done: disputeAnswer(input: { dispute: $dispute, words: $words, conceded: $conceded }) {
      dispute {
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

export const Escalate = graphql(`
  mutation EscalateDispute($dispute: ID!) {
    done: disputeEscalate(input: { dispute: $dispute }) {
      dispute {
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

export const Decide = graphql(`
  mutation DecideDispute($dispute: ID!, $upheld: Decimal!, $reasons: String!) {
    done: disputeDecide(input: { dispute: $dispute, upheld: $upheld, reasons: $reasons }) {
      dispute {
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

export const Withdraw = graphql(`
  mutation WithdrawDispute($dispute: ID!) {
    done: disputeWithdraw(input: { dispute: $dispute }) {
      dispute {
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

export const AddEvidence = graphql(`
  mutation AddEvidence($dispute: ID!, $name: String!, $words: String, $mediaType: String, $content: String) {
    done: disputeAddEvidence(input: { dispute: $dispute, name: $name, words: $words, mediaType: $mediaType, content: $content }) {
      dispute {
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

export type DisputeRow = ResultOf<typeof Disputes>["disputes"]["nodes"][number];
export type Dispute = NonNullable<ResultOf<typeof DisputeOf>["dispute"]>;
export type Evidence = Dispute["evidence"][number];
