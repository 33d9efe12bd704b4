/** The way to the API: one client for a session. */

import { Client, cacheExchange, fetchExchange, mapExchange, subscriptionExchange } from "urql";

import { follow } from "./following";
import { setLine } from "./line";
import { lost, pageTokenHeader, type Session } from "./session";

export const API = "/graphql";

export function clientOf(session: Session): Client {
  const headers = pageTokenHeader(session);
  return new Client({
    url: API,
    preferGetMethod: false,
    fetchOptions: { credentials: "same-origin", headers },
    exchanges: [
      mapExchange({
        onError(error) {
          if (error.response?.status === 401) lost();
        },
      }),
      cacheExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: follow({
              url: API,
              body: JSON.stringify({ query, variables }),
              headers,
              onData: (data) => sink.next(data as Parameters<typeof sink.next>[0]),
              onLine: setLine,
              onSignedOut: lost,
              onRefused: (reason) => sink.error(reason),
            }),
          }),
        }),
      }),
      fetchExchange,
    ],
  });
}
