/** What the inbox and its preferences ask of the API. */

import { graphql, type ResultOf } from "../../../shared/graphql";

export const Inbox = graphql(`
  query Inbox($unread: Boolean!, $language: String, $after: String) {
    myMessages(unread: $unread, language: $language, first: 20, after: $after) {
      nodes {
        id
        topic
        subject
        lead
        facts {
          label
          value
        }
        closing
        language
        occurredAt
        writtenAt
        readAt
        partner {
          name
          hue
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const Notices = graphql(`
  query Notices {
    myNotices {
      kind
      earningUntil
      spendingUntil
      partner {
        slug
        name
        hue
      }
    }
  }
`);

export const MarkRead = graphql(`
  mutation MarkRead($message: ID!) {
    messageMarkRead(input: { message: $message }) {
      message {
        id
        readAt
      }
      userErrors {
        code
        message
      }
    }
  }
`);

export const MarkAllRead = graphql(`
  mutation MarkAllRead($writtenBy: DateTime) {
    messagesMarkAllRead(input: { writtenBy: $writtenBy }) {
      marked
      userErrors {
        code
        message
      }
    }
  }
`);

const PreferenceFields = graphql(`
  fragment PreferenceFields on MessagePreferences @_unmask {
    digest
    quietFrom
    quietUntil
    timeZone
    ways {
      topic
      marketing
      inbox
      mail
    }
  }
`);

export const Preferences = graphql(
  `
    query Preferences {
      messagePreferences {
        ...PreferenceFields
      }
    }
  `,
  [PreferenceFields],
);

export const SetPreferences = graphql(
  `
    mutation SetPreferences($input: MessagePreferencesSetInput!) {
      messagePreferencesSet(input: $input) {
        preferences {
          ...PreferenceFields
        }
        userErrors {
          code
          message
          path
        }
      }
    }
  `,
  [PreferenceFields],
);

export type Message = ResultOf<typeof Inbox>["myMessages"]["nodes"][number];
export type Notice = ResultOf<typeof Notices>["myNotices"][number];
export type Wanted = ResultOf<typeof Preferences>["messagePreferences"];
export type Ways = Wanted["ways"][number];
