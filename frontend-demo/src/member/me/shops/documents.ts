/** What shops and consents ask of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";

const LinkFields = graphql(`
  fragment LinkFields on Link @_unmask {
    since
    partner {
      id
      slug
      name
      hue
    }
    consents {
      purpose
      stands
      givenAt
      givenThrough
      expiresAt
      revokedAt
      textVersion
      words(language: $language)
    }
    grants {
      id
      clientName
      createdAt
      expiresAt
      lastUsedAt
      scopes
    }
  }
`);

export const Shops = graphql(
  `
    query Shops($language: String!, $after: String) {
      myLinks(first: 50, after: $after) {
        nodes {
          ...LinkFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [LinkFields],
);

export const Texts = graphql(`
  query Texts($partner: ID!, $language: String!) {
    consentTexts(partner: $partner, language: $language) {
      purpose
      version
      words
    }
  }
`);

export const Give = graphql(`
  mutation Give($input: ConsentGiveInput!) {
    consentGive(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export const TakeBack = graphql(`
  mutation TakeBack($input: ConsentRevokeInput!) {
    consentRevoke(input: $input) {
      userErrors {
        code
        message
      }
    }
  }
`);

export const TakeAllBack = graphql(`
  mutation TakeAllBack($partner: ID!) {
    linkRevoke(input: { partner: $partner }) {
      userErrors {
        code
        message
      }
    }
  }
`);

export const EndGrant = graphql(`
  mutation EndGrant($grant: ID!) {
    grantRevoke(input: { grant: $grant }) {
      userErrors {
        code
        message
      }
    }
  }
`);

export type Shop = ResultOf<typeof Shops>["myLinks"]["nodes"][number];
export type Consent = Shop["consents"][number];
export type Grant = Shop["grants"][number];
export type Purpose = Consent["purpose"];
export type Text = ResultOf<typeof Texts>["consentTexts"][number];

export const PURPOSES: readonly Purpose[] = ["BALANCE", "HISTORY", "REDEMPTION", "CODES", "OFFERS"];

/** What counts now, by what it is for. */
export const standing = (shop: Shop): Map<Purpose, Consent> =>
  new Map(shop.consents.filter(({ stands }) => stands).map((consent) => [consent.purpose, consent]));
