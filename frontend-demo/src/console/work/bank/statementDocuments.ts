/** What the page of the bank's statements asks of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";
import { EntryFields } from "./documents";

export const Statements = graphql(
  `
    query BankStatements($after: String) {
      bankStatements(first: 5, after: $after) {
        nodes {
          name
          iban
          page
          closedOn
          importedAt
          sequence
          opening {
            amount
            currency
          }
          closing {
            amount
            currency
          }
          entries(first: 40) {
            nodes {
              ...EntryFields
            }
            pageInfo {
              hasNextPage
              endCursor
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
  [EntryFields],
);

export const ImportFile = graphql(`
  mutation ImportBankFile($content: String!) {
    done: bankFileImport(input: { content: $content }) {
      imported {
        known
        statements
        duplicates
        accepted
        rejected
        matched
        ambiguous
        unmatched
        outOfBand
        gaps {
          missing
        }
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export type BankStatement = ResultOf<typeof Statements>["bankStatements"]["nodes"][number];
