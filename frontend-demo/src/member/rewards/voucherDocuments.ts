/** What the vouchers' page asks of the API: what is in hand, on its way, and comes by itself. */

import { graphql, type ResultOf } from "../../shared/graphql";
import { VoucherFields, WorthFields } from "./documents";

export const MyVouchers = graphql(
  `
    query MyVouchers($onlyOpen: Boolean!, $after: String) {
      myVouchers(onlyOpen: $onlyOpen, first: 50, after: $after) {
        nodes {
          ...VoucherFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [VoucherFields],
);

export const MyRedeemedRewards = graphql(
  `
    query MyRedeemedRewards($language: String!, $states: [RewardFulfilmentState!], $after: String) {
      myRedeemedRewards(states: $states, first: 20, after: $after) {
        nodes {
          redemption
          pieces
          piecesLeft
          tickets
          fulfilment
          state
          redeemedAt
          changedAt
          note
          worth {
            ...WorthFields
          }
          partner {
            name
            hue
          }
          reward {
            id
            name(language: $language)
            kind
            charity
            outlets {
              id
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
  `,
  [WorthFields],
);

/** Enough of what was redeemed to count tickets by. */
export const MyTickets = graphql(`
  query MyTickets {
    myRedeemedRewards(first: 100) {
      nodes {
        pieces
        piecesLeft
        tickets
        worth {
          thing
        }
        reward {
          id
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

const CertificateFields = graphql(
  `
    fragment CertificateFields on Certificate @_unmask {
      step
      saving
      due
      whyNone
      nextOn
      reward {
        id
        name(language: $language)
        partners {
          name
          hue
        }
        steps {
          name
          points
          worth {
            ...WorthFields
          }
        }
      }
    }
  `,
  [WorthFields],
);

export const MyCertificates = graphql(
  `
    query MyCertificates($language: String!) {
      myCertificates {
        ...CertificateFields
      }
    }
  `,
  [CertificateFields],
);

export const ChooseCertificate = graphql(
  `
    mutation ChooseCertificate($input: MyCertificateChooseInput!, $language: String!) {
      myCertificateChoose(input: $input) {
        certificate {
          ...CertificateFields
        }
        userErrors {
          code
          message
          path
        }
      }
    }
  `,
  [CertificateFields],
);

export type Redeemed = ResultOf<typeof MyRedeemedRewards>["myRedeemedRewards"]["nodes"][number];
export type Ticketed = ResultOf<typeof MyTickets>["myRedeemedRewards"]["nodes"][number];
export type Certificate = ResultOf<typeof CertificateFields>;
