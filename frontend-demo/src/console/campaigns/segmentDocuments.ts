/** What the page of segments asks of the API. */

import { graphql, type ResultOf } from "../../shared/graphql";

export const Segments = graphql(`
  query Segments($after: String) {
    segments(first: 20, after: $after) {
      nodes {
        id
        name
        size
        byList
        refreshedAt
        owner {
          name
          hue
        }
        parts {
          kind
          days
          bought
          atLeast
          atMost
          amountAtLeast {
            amount
          }
          amountAtMost {
            amount
          }
          categories
          brands
          birthdayMonths
          languages
          survey
          question
          partners {
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export type SegmentPart = ResultOf<typeof Segments>["segments"]["nodes"][number]["parts"][number];
