/** What questions to people ask of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";

const CaseFields = graphql(`
  fragment CaseFields on Case @_unmask {
    id
    kind
    state
    waitsFor
    openedAt
    changedAt
    closedAt
    reopenUntil
    answerDueAt
    handler {
      name
      hue
    }
    entries {
      kind
      side
      saidAt
      words
      links
      partner {
        name
        hue
      }
    }
  }
`);

export const Cases = graphql(
  `
    query Cases($after: String) {
      myCases(first: 20, after: $after) {
        nodes {
          ...CaseFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [CaseFields],
);

export const OneCase = graphql(
  `
    query OneCase($id: ID!) {
      case(id: $id) {
        ...CaseFields
      }
    }
  `,
  [CaseFields],
);

export const OpenCase = graphql(`
  mutation OpenCase($input: MyCaseOpenInput!) {
    myCaseOpen(input: $input) {
      case {
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

export const Say = graphql(
  `
    mutation Say($input: CaseSayInput!) {
      caseSay(input: $input) {
        case {
          ...CaseFields
        }
        userErrors {
          code
          message
          path
        }
      }
    }
  `,
  [CaseFields],
);

export type Case = ResultOf<typeof Cases>["myCases"]["nodes"][number];
export type CaseKind = Case["kind"];
