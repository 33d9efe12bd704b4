import { expect, it } from "vitest";

import { having, read } from "./filter";

it("reads what is wanted, in whatever case", () => {
  expect(read("action:contract-signed,PARTNER_CHANGED partner:northwind since:2017-01-01 actor:Person_abc")).toEqual({
    actions: ["CONTRACT_SIGNED", "PARTNER_CHANGED"],
    partner: "northwind",
    actor: "Person_abc",
    subject: null,
    since: "2017-01-01",
    until: null,
    strange: [],
  });
});

it("names the words it does not know, rather than pass over them", () => {
  expect(read("hello until:tomorrow partner:").strange).toEqual(["hello", "until:tomorrow", "partner:"]);
});

it("puts a word in the place of the one of its kind", () => {
  expect(having("action:a since:2017-01-01", "action", "b")).toBe("since:2017-01-01 action:b");
  expect(having("action:a since:2017-01-01", "since", "")).toBe("action:a");
});
