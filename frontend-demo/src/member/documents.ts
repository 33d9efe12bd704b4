/** What the members' page asks of the API. */

import { graphql, type ResultOf } from "../shared/graphql";

/** What a line of the history says; its receipt asks for the rest. */
const LineFields = graphql(`
  fragment LineFields on Activity @_unmask {
    version
    kind
    change
    occurredAt
    partner {
      slug
      name
    }
    outlet {
      name
    }
    fundedBy {
      sponsor {
        name
        hue
      }
    }
    movements {
      points
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
      activity(first: 12) {
        nodes {
          ...LineFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [LineFields],
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
        id
        cards
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
              ...LineFields
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
  [LineFields],
);

/** One entry whole, with why it earned what it did. */
export const MyEntry = graphql(`
  query MyEntry($version: Int!, $language: String!) {
    me {
      wallet {
        entry(version: $version) {
          kind
          change
          occurredAt
          postedAt
          reference
          partner {
            slug
            name
            hue
          }
          outlet {
            name
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
          awards {
            campaign
            reason(language: $language)
            points
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
    }
  }
`);

export const MyBalanceAt = graphql(`
  query MyBalanceAt($at: DateTime!) {
    me {
      wallet {
        asOf(at: $at) {
          available
          pending
          held
          debt
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
`);

/** What is worth doing now. */
export const MyNext = graphql(`
  query MyNext($language: String!) {
    myRewards(first: 8) {
      now
      pointsMissing
      hindrances
      reward {
        id
        name(language: $language)
        owner {
          slug
          name
          hue
        }
      }
    }
    myTiers {
      tier
      programme {
        id
        name
        owner {
          slug
          name
          hue
        }
      }
      progress {
        missingCount
        missingMoney {
          amount
          currency
        }
        measure
        next {
          name
        }
      }
    }
  }
`);

export const MyUnread = graphql(`
  subscription MyUnread {
    myMessagesUnreadChanged
  }
`);

export type MyWalletAnswer = ResultOf<typeof MyWallet>;
export type NextAnswer = ResultOf<typeof MyNext>;
export type Told = NonNullable<ResultOf<typeof MyEntry>["me"]["wallet"]["entry"]>;
export type Wallet = ResultOf<typeof WalletFields>;
export type Entry = ResultOf<typeof LineFields>;
export type Movement = Told["movements"][number];
export type Share = Wallet["fundedBy"][number];
export type Due = Wallet["releases"][number];
export type ActivityPage = Wallet["activity"];
