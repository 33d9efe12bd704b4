/** What the pages of payments and of the bank ask of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";

const PaymentFields = graphql(`
  fragment PaymentFields on SettlementPayment @_unmask {
    id
    kind
    plan
    state
    reference
    dueOn
    reason
    cycle {
      id
      name
    }
    payer {
      id
      slug
      name
      hue
    }
    payee {
      id
      slug
      name
      hue
    }
    amount {
      amount
      currency
    }
    paid {
      amount
      currency
    }
    writtenOff {
      amount
      currency
    }
    open {
      amount
      currency
    }
  }
`);

export const EntryFields = graphql(`
  fragment EntryFields on BankEntry @_unmask {
    id
    number
    direction
    takesBack
    bookedOn
    endToEndId
    creditorReference
    remittanceText
    bankReference
    partyName
    partyIban
    reason
    outcome
    note
    amount {
      amount
      currency
    }
    left {
      amount
      currency
    }
  }
`);

export const Payments = graphql(
  `
    query Payments($cycle: ID, $states: [PaymentState!], $after: String) {
      settlementPayments(cycle: $cycle, states: $states, first: 50, after: $after) {
        nodes {
          ...PaymentFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [PaymentFields],
);

export const PaymentsAround = graphql(`
  query PaymentsAround {
    serverTime
    viewer {
      partner {
        id
      }
    }
    cycles(first: 24) {
      nodes {
        id
        name
        state
      }
    }
    paymentAgeing {
      payments
      oldest
      open
      current
      to30
      to60
      to90
      over90
      payer {
        name
        hue
      }
    }
    coalition {
      currency
    }
  }
`);

export const Orders = graphql(`
  query Orders($cycle: ID!) {
    bankOrders(cycle: $cycle) {
      id
      messageId
      payments
      madeAt
      controlSum
      payer {
        name
        hue
      }
    }
  }
`);

export const OrderContent = graphql(`
  query OrderContent($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on BankOrder {
        content
      }
    }
  }
`);

export const Worklist = graphql(
  `
    query Worklist($after: String) {
      bankWorklist(first: 50, after: $after) {
        nodes {
          ...EntryFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [EntryFields],
);

export const EntryOf = graphql(
  `
    query EntryOf($id: ID!) {
      node(id: $id) {
        __typename
        id
        ... on BankEntry {
          ...EntryFields
          candidates {
            score
            why
            payments {
              ...PaymentFields
            }
            packs {
              id
              number
              packs
              points
              gross
              currency
              reference
              partner {
                name
                hue
              }
            }
          }
          matches {
            amount
            takesBack
            place
            state
            matchedAt
            note
            payment {
              ...PaymentFields
            }
          }
        }
      }
    }
  `,
  [EntryFields, PaymentFields],
);

export const Credits = graphql(`
  query Credits {
    partnerCredits {
      id
      state
      use
      arisenAt
      amount {
        amount
        currency
      }
      partner {
        id
        name
        hue
      }
    }
  }
`);

export const Match = graphql(`
  mutation MatchEntry($entry: ID!, $payments: [ID!]!, $note: String) {
    done: bankEntryMatch(input: { entry: $entry, payments: $payments, note: $note }) {
      entry {
        id
        outcome
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const ConfirmMatch = graphql(`
  mutation ConfirmMatch($entry: ID!) {
    done: bankEntryConfirm(input: { entry: $entry }) {
      entry {
        id
        outcome
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const Unmatch = graphql(`
  mutation Unmatch($entry: ID!) {
    done: bankEntryUnmatch(input: { entry: $entry }) {
      entry {
        id
        outcome
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const ConfirmPaid = graphql(`
  mutation ConfirmPaid($payment: ID!, $receivedOn: Date!) {
    done: paymentConfirm(input: { payment: $payment, receivedOn: $receivedOn }) {
      payment {
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

export const AskWriteOff = graphql(`
  mutation AskWriteOff($payment: ID!, $reason: String!) {
    done: paymentWriteOffAsk(input: { payment: $payment, reason: $reason }) {
      payment {
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

export const AskCredit = graphql(`
  mutation AskCredit($credit: ID!, $use: CreditUse!) {
    done: partnerCreditAsk(input: { credit: $credit, use: $use }) {
      credit {
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

export const Instruct = graphql(`
  mutation Instruct($cycle: ID!, $plan: PaymentPlan!) {
    done: cycleInstruct(input: { cycle: $cycle, plan: $plan }) {
      payments {
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

export type Payment = ResultOf<typeof PaymentFields>;
export type Entry = ResultOf<typeof EntryFields>;
export type EntryDetail = Extract<NonNullable<ResultOf<typeof EntryOf>["node"]>, { __typename: "BankEntry" }>;
export type Credit = ResultOf<typeof Credits>["partnerCredits"][number];
export type Around = ResultOf<typeof PaymentsAround>;
