/** What the statement page asks of the API. */

import { graphql, type ResultOf } from "../shared/graphql";

export const House = graphql(`
  query House {
    serverTime
    coalition {
      name
      timeZone
      currency
      sandbox
    }
    viewer {
      partner {
        id
        slug
        name
        hue
      }
    }
  }
`);

export const Cycles = graphql(`
  query Cycles {
    serverTime
    viewer {
      audience
    }
    coalition {
      name
      timeZone
    }
    cycles(first: 50) {
      nodes {
        id
        number
        name
        state
        openedAt
        cutOffAt
        answerUntil
        approvedAt
      }
    }
  }
`);

export const Statements = graphql(`
  query Statements($cycle: ID!) {
    cycle(id: $cycle) {
      statements {
        id
        partner {
          id
          slug
          name
          hue
        }
      }
    }
  }
`);

const LineFields = graphql(`
  fragment LineFields on StatementLine @_unmask {
    id
    number
    kind
    source
    debtorRole
    debtor {
      slug
      name
      hue
    }
    creditorRole
    creditor {
      slug
      name
      hue
    }
    points
    base
    price
    share
    exact
    rounding
    amount
  }
`);

export const StatementOf = graphql(
  `
    query StatementOf($cycle: ID!, $partner: ID, $after: String) {
      statement(cycle: $cycle, partner: $partner) {
        id
        acceptedAt
        files {
          pdf
          csv
          parquet
          transfersCsv
          transfersParquet
          journalCsv
          journalParquet
        }
        invoices {
          id
          kind
          number
          issuedOn
          gross {
            amount
            currency
          }
          pdf
        }
        disputes {
          id
          state
          line {
            id
          }
          amount {
            amount
            currency
          }
        }
        partner {
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
        byKind {
          kind
          amount {
            amount
            currency
          }
        }
        lines(first: 50, after: $after) {
          nodes {
            ...LineFields
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  `,
  [LineFields],
);

export const TransfersOf = graphql(`
  query TransfersOf($line: ID!, $after: String) {
    statementLine(id: $line) {
      transfers(first: 50, after: $after) {
        nodes {
          id
          kind
          points
          postedAt
          exact
          recordedBy {
            slug
            name
            hue
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export const MovementOf = graphql(`
  query MovementOf($line: ID!, $movement: ID!, $language: String!) {
    statementLine(id: $line) {
      transfers(first: 1, only: $movement) {
        nodes {
          id
          kind
          points
          postedAt
          exact
          recordedBy {
            slug
            name
            hue
          }
          origin {
            campaignVersion
            campaign {
              id
              name
            }
            basket {
              occurredAt
              receiptNumber
              returns
              total {
                amount
                currency
              }
              outlet {
                name
              }
              partner {
                slug
                name
                hue
              }
              items {
                number
                sku
                name
                quantity
                amount {
                  amount
                  currency
                }
              }
              awards {
                points
                reason(language: $language)
                campaign
                campaignVersion
                lines
                fundedBy {
                  points
                  sponsor {
                    slug
                    name
                    hue
                  }
                }
              }
            }
          }
        }
      }
    }
  }
`);

export const ProofOf = graphql(`
  query ProofOf($line: ID!) {
    lineProof(id: $line)
  }
`);

export const AcceptStatement = graphql(`
  mutation AcceptStatement($cycle: ID!) {
    statementAccept(input: { cycle: $cycle }) {
      userErrors {
        code
        message
        path
      }
      statement {
        id
        acceptedAt
      }
    }
  }
`);

export const RaiseDispute = graphql(`
  mutation RaiseDispute($input: DisputeRaiseInput!) {
    disputeRaise(input: $input) {
      userErrors {
        code
        message
        path
      }
      dispute {
        id
        state
      }
    }
  }
`);

export const BenefitsOf = graphql(`
  query BenefitsOf($line: ID!, $after: String) {
    statementLine(id: $line) {
      benefits(first: 50, after: $after) {
        nodes {
          kind
          amount
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export const BaseLinesOf = graphql(
  `
    query BaseLinesOf($line: ID!, $after: String) {
      statementLine(id: $line) {
        baseLines(first: 50, after: $after) {
          nodes {
            ...LineFields
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  `,
  [LineFields],
);

type All = NonNullable<ResultOf<typeof StatementOf>["statement"]>;
export type Cycle = ResultOf<typeof Cycles>["cycles"]["nodes"][number];
export type Statement = Omit<All, "lines">;
export type Line = ResultOf<typeof LineFields>;
export type Transfer = NonNullable<ResultOf<typeof TransfersOf>["statementLine"]>["transfers"]["nodes"][number];
export type Movement = NonNullable<ResultOf<typeof MovementOf>["statementLine"]>["transfers"]["nodes"][number];
export type Basket = NonNullable<NonNullable<Movement["origin"]>["basket"]>;
export type Benefit = NonNullable<ResultOf<typeof BenefitsOf>["statementLine"]>["benefits"]["nodes"][number];
export type { PageOf } from "../shared/usePages";
