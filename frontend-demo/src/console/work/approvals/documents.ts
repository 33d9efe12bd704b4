/** What waits for a second person, what is to be agreed to, and how one agrees or declines. */

import type { TypedDocumentNode } from "urql";

import { graphql, type ResultOf } from "../../../shared/graphql";

export const Approvals = graphql(`
  query Approvals($steps: Boolean!, $agreements: Boolean!) {
    serverTime
    viewer {
      partner {
        id
      }
    }
    agreements @include(if: $agreements) {
      kind
      subject
      name
      startsAt
      endsAt
      askedAt
      owner {
        id
        slug
        name
        hue
      }
    }
    approvals @include(if: $steps) {
      kind
      subject
      askedAt
      askedBy
      byMe
      dueAt
      amount
      note
      partner {
        id
        slug
        name
        hue
      }
      cycle {
        id
        name
      }
    }
    coalition {
      currency
    }
  }
`);

export const Proposed = graphql(`
  query Proposed($cycle: ID!) {
    cycle(id: $cycle) {
      id
      name
      proposedAt
      answerUntil
      revision
      digest
      answers {
        answer
        partner {
          id
        }
      }
      steps {
        step
        takenAt
        note
      }
      statements {
        id
        role
        partner {
          id
          slug
          name
          hue
        }
        opening {
          amount
          currency
        }
        net {
          amount
          currency
        }
        closing {
          amount
          currency
        }
      }
    }
  }
`);

export const ContractAsked = graphql(`
  query ContractAsked($contract: ID!) {
    node(id: $contract) {
      __typename
      id
      ... on Contract {
        version
        revision
        validFrom
        drawnUpAt
        changes {
          term
          label
          before
          after
          valueBefore
          valueAfter
        }
      }
    }
  }
`);

export const WhatIf = graphql(`
  query WhatIf($contract: ID!, $cycle: ID, $always: Boolean!) {
    contractWhatIf(contract: $contract, cycle: $cycle, always: $always) {
      isForecast
      cycle {
        name
      }
      changes {
        party {
          role
          partner {
            slug
            name
            hue
          }
        }
        byKind {
          kind
          before {
            amount
            currency
          }
          after {
            amount
            currency
          }
        }
        netBefore {
          amount
          currency
        }
        netAfter {
          amount
          currency
        }
        difference {
          amount
          currency
        }
      }
    }
  }
`);

export const PaymentsAsked = graphql(`
  query PaymentsAsked($cycle: ID!, $after: String) {
    settlementPayments(cycle: $cycle, states: [PLANNED, RETURNED], first: 100, after: $after) {
      nodes {
        id
        kind
        state
        reference
        dueOn
        reason
        payer {
          slug
          name
          hue
        }
        payee {
          slug
          name
          hue
        }
        open {
          amount
          currency
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const AccountAsked = graphql(`
  query AccountAsked($partner: ID) {
    company(partner: $partner) {
      name
      country
      town
      iban
      bic
      waitingAccount {
        id
        iban
        bic
        proposedAt
      }
    }
  }
`);

export const SubjectAsked = graphql(`
  query SubjectAsked($subject: ID!) {
    node(id: $subject) {
      __typename
      id
      ... on MoneyAdjustment {
        reason
        note
        debtorRole
        debtor {
          name
          hue
        }
        creditorRole
        creditor {
          name
          hue
        }
      }
      ... on SettlementPayment {
        reference
        dueOn
        state
        payer {
          name
          hue
        }
        payee {
          name
          hue
        }
        total: amount {
          amount
          currency
        }
        paid {
          amount
          currency
        }
        open {
          amount
          currency
        }
      }
      ... on PrepaidPack {
        number
        packs
        points
        gross
        currency
        packReference: reference
        bankNote
      }
      ... on BankEntry {
        number
        direction
        bookedOn
        partyName
        remittanceText
        booked: amount {
          amount
          currency
        }
        matches {
          amount
          state
          note
          payment {
            id
            reference
            payer {
              name
              hue
            }
            payee {
              name
              hue
            }
            open {
              amount
              currency
            }
          }
        }
      }
    }
  }
`);

export type Approval = NonNullable<ResultOf<typeof Approvals>["approvals"]>[number];
export type Agreement = NonNullable<ResultOf<typeof Approvals>["agreements"]>[number];
export type Kind = Approval["kind"];
export type Subject = NonNullable<ResultOf<typeof SubjectAsked>["node"]>;

export interface Done {
  done: { userErrors: readonly { code: string; message: string; path: readonly string[] }[] };
}

/** What any of the steps may take; each takes what its document names. */
export interface Said {
  subject: string;
  revision?: number;
  remainder?: string;
  note?: string;
}

type Step = TypedDocumentNode<Done, Said>;
const step = (document: unknown) => document as Step;

export const AGREE: Readonly<Record<Kind, Step>> = {
  CYCLE: step(graphql(`mutation AgreeToCycle($subject: ID!) { done: cycleApprove(input: { cycle: $subject }) { userErrors { code message path } cycle { id state approvedAt } } }`)),
  CONTRACT: step(graphql(`mutation SignContract($subject: ID!, $revision: Int) { done: contractSign(input: { contract: $subject, revision: $revision }) { userErrors { code message path } contract { id signedAt } } }`)),
  ACCOUNT: step(graphql(`mutation ConfirmAccount($subject: ID!) { done: accountDecide(input: { change: $subject, outcome: CONFIRMED }) { userErrors { code message path } company { iban } } }`)),
  PAYMENTS: step(graphql(`mutation ReleasePayments($subject: ID!) { done: paymentsRelease(input: { cycle: $subject }) { userErrors { code message path } orders { id } } }`)),
  BANK_ENTRY: step(graphql(`mutation ConfirmEntry($subject: ID!) { done: bankEntryConfirm(input: { entry: $subject }) { userErrors { code message path } entry { id outcome } } }`)),
  WRITE_OFF: step(graphql(`mutation AgreeToWriteOff($subject: ID!) { done: paymentWriteOff(input: { payment: $subject }) { userErrors { code message path } payment { id state } } }`)),
  CREDIT: step(graphql(`mutation AgreeToCredit($subject: ID!) { done: partnerCreditUse(input: { credit: $subject }) { userErrors { code message path } credit { id state } } }`)),
  ADJUSTMENT: step(graphql(`mutation AgreeToAdjustment($subject: ID!) { done: moneyAdjustmentAgree(input: { adjustment: $subject }) { userErrors { code message path } adjustment { id agreedAt } } }`)),
  SET_ASIDE: step(graphql(`mutation AgreeToSetAside($subject: ID!) { done: setAsideAgree(input: { setAside: $subject }) { userErrors { code message path } setAside { id agreedAt } } }`)),
  PREPAID_PACK: step(graphql(`mutation ConfirmPack($subject: ID!) { done: prepaidPackConfirmPayment(input: { pack: $subject }) { userErrors { code message path } pack { id state } } }`)),
  PREPAID_REFUND: step(graphql(`mutation AgreeToRefund($subject: ID!) { done: prepaidRefundAgree(input: { partner: $subject }) { userErrors { code message path } refund { agreedAt } } }`)),
  RESERVE_RELEASE: step(graphql(`mutation AgreeToRelease($subject: ID!) { done: reserveReleaseApprove(input: { movement: $subject }) { userErrors { code message path } movement { id bookedAt } } }`)),
  EXCEPTION: step(graphql(`mutation AgreeToException($subject: ID!) { done: exceptionConfirm(input: { exception: $subject }) { userErrors { code message path } exception { id state } } }`)),
  REMAINDER: step(graphql(`mutation AgreeToRemainder($subject: ID!, $remainder: Remainder!) { done: exitRemainder(input: { partner: $subject, remainder: $remainder }) { userErrors { code message path } } }`)),
};

export const DECLINE: Readonly<Partial<Record<Kind, Step>>> = {
  CYCLE: step(graphql(`mutation VoidProposal($subject: ID!, $note: String!) { done: cycleVoid(input: { cycle: $subject, reason: $note }) { userErrors { code message path } cycle { id state } } }`)),
  CONTRACT: step(graphql(`mutation WithdrawContract($subject: ID!) { done: contractWithdraw(input: { contract: $subject }) { userErrors { code message path } contract { id withdrawnAt } } }`)),
  ACCOUNT: step(graphql(`mutation RejectAccount($subject: ID!) { done: accountDecide(input: { change: $subject, outcome: REJECTED }) { userErrors { code message path } company { iban } } }`)),
  BANK_ENTRY: step(graphql(`mutation UnmatchEntry($subject: ID!) { done: bankEntryUnmatch(input: { entry: $subject }) { userErrors { code message path } entry { id outcome } } }`)),
  ADJUSTMENT: step(graphql(`mutation WithdrawAdjustment($subject: ID!) { done: moneyAdjustmentWithdraw(input: { adjustment: $subject }) { userErrors { code message path } adjustment { id withdrawnAt } } }`)),
  EXCEPTION: step(graphql(`mutation DeclineException($subject: ID!, $note: String!) { done: exceptionDecline(input: { exception: $subject, note: $note }) { userErrors { code message path } exception { id state } } }`)),
};
