/** What the members' page asks of the API. */

import { graphql, type ResultOf } from "../shared/graphql";

const ActivityFields = graphql(`
  fragment ActivityFields on Activity @_unmask {
    version
    kind
    change
    occurredAt
    reference
    partner {
      slug
      name
      hue
    }
    outlet {
      name
    }
    fundedBy {
      points
      sponsor {
        slug
        name
        hue
      }
    }
    movements {
      kind
      debit
      credit
      points
      availableAt
      expiresAt
      sponsor {
        slug
        name
        hue
      }
    }
  }
`);

const WalletFields = graphql(
  `
    fragment WalletFields on Wallet @_unmask {
      available
      pending
      held
      debt
      version
      fundedBy {
        points
        sponsor {
          slug
          name
          hue
        }
      }
      releases {
        at
        points
      }
      expiries {
        at
        points
      }
      activity(first: 20) {
        nodes {
          ...ActivityFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [ActivityFields],
);

export const MyWallet = graphql(
  `
    query MyWallet {
      serverTime
      coalition {
        name
        timeZone
      }
      me {
        wallet {
          ...WalletFields
        }
      }
    }
  `,
  [WalletFields],
);

export const MyWalletChanged = graphql(
  `
    subscription MyWalletChanged($after: Int) {
      myWalletChanged(after: $after) {
        ...WalletFields
      }
    }
  `,
  [WalletFields],
);

export const OlderActivity = graphql(
  `
    query OlderActivity($after: String!) {
      me {
        wallet {
          activity(first: 20, after: $after) {
            nodes {
              ...ActivityFields
            }
            pageInfo {
              hasNextPage
              endCursor
            }
          }
        }
      }
    }
  `,
  [ActivityFields],
);

export type Wallet = ResultOf<typeof WalletFields>;
export type Entry = ResultOf<typeof ActivityFields>;
export type Movement = Entry["movements"][number];
export type Share = Wallet["fundedBy"][number];
export type Due = Wallet["releases"][number];
export type ActivityPage = Wallet["activity"];
