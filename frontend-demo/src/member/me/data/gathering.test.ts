import { Client, fetchExchange } from "urql";
import { expect, it } from "vitest";

import { activityCsv, toJson } from "./files";
import { gather, type Progress, Unfinished } from "./gathering";
import { PARTS } from "./parts";

interface Asked {
  operationName: string;
  variables: { after: string | null };
}

const line = (version: number) => ({
  __typename: "Activity",
  version,
  kind: "PURCHASE",
  change: "12",
  occurredAt: "2017-01-02T10:00:00Z",
  reference: "=1+1",
  partner: { __typename: "Partner", slug: "shop", name: "Shop, Ltd" },
  outlet: null,
  fundedBy: [{ points: "12", sponsor: { name: "Maker" } }],
});

/** A server with two pages of activity, one profile, and nothing else. */
function answer({ operationName, variables }: Asked): unknown {
  if (operationName === "ExportProfile") return { part: { __typename: "MyProfile", name: "Anna" } };
  if (operationName !== "ExportActivity") return { part: [] };
  const first = variables.after === null;
  const part = { nodes: [line(first ? 2 : 1)], pageInfo: { hasNextPage: first, endCursor: "next" } };
  return { me: { __typename: "Member", wallet: { __typename: "Wallet", part } } };
}

function clientOf(answered: (asked: Asked) => unknown): Client {
  return new Client({
    url: "https://hansa.test/graphql",
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetch: (_url, init) => {
      const asked = JSON.parse(String(init?.body)) as Asked;
      return Promise.resolve(Response.json({ data: answered(asked) }));
    },
  });
}

const wish = (told: (progress: Progress) => void = () => undefined, signal = new AbortController().signal) => ({
  language: "en",
  signal,
  told,
});

it("a list is read to its end, page by page, and types are left to the cache", async () => {
  const steps: Progress[] = [];
  const { parts } = await gather(clientOf(answer), wish((step) => steps.push(step)));
  expect(parts.profile).toEqual({ name: "Anna" });
  expect((parts.activity as { version: number }[]).map(({ version }) => version)).toEqual([2, 1]);
  expect(Object.keys(parts)).toEqual(PARTS);
  expect(steps.at(-1)).toEqual({ part: PARTS.at(-1), done: PARTS.length - 1, of: PARTS.length, rows: 3 });
});

it("who stops it gets nothing, and nothing more is asked", async () => {
  const stopping = new AbortController();
  const asked: string[] = [];
  const client = clientOf((one) => {
    asked.push(one.operationName);
    stopping.abort();
    return answer(one);
  });
  await expect(gather(client, wish(undefined, stopping.signal))).rejects.toEqual(new Unfinished("stopped"));
  expect(asked).toHaveLength(1);
});

it("a part that cannot be read makes no file that looks whole", async () => {
  const client = clientOf((one) => (one.operationName === "ExportLinks" ? undefined : answer(one)));
  await expect(gather(client, wish())).rejects.toEqual(new Unfinished("unreachable"));
});

it("the activity is a table in which no cell is a formula", async () => {
  const gathered = await gather(clientOf(answer), wish());
  const [head, first] = activityCsv(gathered).split("\r\n");
  expect(head).toBe("occurredAt,kind,partner,outlet,reference,change,fundedBy");
  expect(first).toBe("2017-01-02T10:00:00Z,PURCHASE,\"Shop, Ltd\",,'=1+1,12,Maker 12");
});

it("the file says of which programme it is, when, and in which language", async () => {
  const gathered = await gather(clientOf(answer), wish());
  const file = JSON.parse(toJson(gathered, { programme: "Hansa", at: "2017-02-20T00:00:00Z", language: "en" })) as object;
  expect(file).toMatchObject({ programme: "Hansa", language: "en", profile: { name: "Anna" }, vouchers: [] });
});
