/** What the search asks of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";

export const Find = graphql(`
  query Find($text: String!) {
    find(text: $text, first: 50) {
      id
      kind
      name
      at
      cycle
      partner {
        id
        slug
        name
        hue
      }
    }
  }
`);

export const ById = graphql(`
  query ById($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Partner {
        slug
        name
      }
      ... on Cycle {
        name
      }
      ... on Campaign {
        name
      }
      ... on Person {
        name
      }
      ... on Client {
        name
      }
    }
  }
`);

export const PurchaseOf = graphql(`
  query PurchaseOf($id: ID!) {
    purchase(id: $id) {
      id
      points
      idleLines
      awards {
        points
        reason
        campaign
        availableAt
        expiresAt
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
`);

export type Found = ResultOf<typeof Find>["find"][number];
export type Purchase = NonNullable<ResultOf<typeof PurchaseOf>["purchase"]>;
