/** What inviting asks of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";

export const MyReferral = graphql(`
  query MyReferral($language: String) {
    myReferral {
      programme
      code
      link
      invited
      joined
      qualified
      rewarded
      notCounted
      asFriend {
        counts
        buyBy
        least {
          amount
          currency
        }
        rewarded
      }
      invitation {
        text(language: $language)
      }
    }
  }
`);

export const TellCode = graphql(`
  mutation TellCode($code: String!, $language: String) {
    myReferralAccept(input: { code: $code }) {
      referral {
        counts
        message(language: $language)
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

export type Referral = NonNullable<ResultOf<typeof MyReferral>["myReferral"]>;
