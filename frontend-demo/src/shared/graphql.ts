/** GraphQL documents, typed by the published contract. */

import { initGraphQLTada } from "gql.tada";

import type { introspection } from "../graphql-env";

export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { Points: string; Decimal: string; DateTime: string; Date: string; IdempotencyKey: string; CurrencyCode: string };
}>();

export { readFragment, type FragmentOf, type ResultOf, type VariablesOf } from "gql.tada";
