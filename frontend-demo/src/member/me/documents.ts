/** What the pages about oneself ask of the API. */

import { graphql, type ResultOf } from "../../shared/graphql";

const ProfileFields = graphql(`
  fragment ProfileFields on MyProfile @_unmask {
    name
    email
    phone
    bornOn
    language
    joinedAt
    joinedThrough {
      name
      hue
    }
  }
`);

export const MyProfile = graphql(
  `
    query MyProfile {
      myProfile {
        ...ProfileFields
      }
    }
  `,
  [ProfileFields],
);

export const ChangeProfile = graphql(
  `
    mutation ChangeProfile($input: MyProfileChangeInput!) {
      myProfileChange(input: $input) {
        profile {
          ...ProfileFields
        }
        userErrors {
          code
          message
          path
        }
      }
    }
  `,
  [ProfileFields],
);

export const Unread = graphql(`
  query Unread {
    myMessagesUnread
  }
`);

export type Profile = ResultOf<typeof MyProfile>["myProfile"];
