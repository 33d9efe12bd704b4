/** What the tiers' page asks of the API. */

import { graphql, type ResultOf } from "../../shared/graphql";

const TermsFields = graphql(`
  fragment TermsFields on TierProgrammeTerms @_unmask {
    measure
    period
    months
    kept
    keptMonths
    softLanding
    household
    partners {
      name
      hue
    }
    tiers {
      name
      byInvitation
      count
      benefits
      money {
        amount
        currency
      }
    }
  }
`);

export const MyTiers = graphql(
  `
    query MyTiers {
      myTiers {
        tier
        since
        until
        why
        programme {
          id
          name
          owner {
            name
            hue
          }
          current {
            terms {
              ...TermsFields
            }
          }
        }
        progress {
          measure
          since
          until
          count
          missingCount
          money {
            amount
            currency
          }
          missingMoney {
            amount
            currency
          }
          next {
            name
            count
            money {
              amount
              currency
            }
          }
        }
        history {
          was
          tier
          since
          until
          why
        }
      }
    }
  `,
  [TermsFields],
);

/** What there is for those whom no partner with tiers knows yet. */
export const TierProgrammes = graphql(
  `
    query TierProgrammes {
      tierProgrammes {
        id
        name
        owner {
          name
          hue
        }
        current {
          terms {
            ...TermsFields
          }
        }
      }
    }
  `,
  [TermsFields],
);

export type Standing = ResultOf<typeof MyTiers>["myTiers"][number];
export type Programme = ResultOf<typeof TierProgrammes>["tierProgrammes"][number];
export type Terms = ResultOf<typeof TermsFields>;
export type Progress = NonNullable<Standing["progress"]>;
export type Tier = Terms["tiers"][number];
