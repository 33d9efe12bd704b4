import { afterEach, expect, it } from "vitest";

import { changeLanguage, speak } from "./i18n";
import { faultsOf, faultSaid, inWords } from "./refusals";

await speak({});

afterEach(() => changeLanguage("en"));

it("are said in the reader's language, with the server's own words beside", async () => {
  await changeLanguage("lv");
  const [one] = await inWords([{ code: "NOT_FOUND", message: "no partner has it", path: ["input", "partner"] }]);
  expect(one).toMatchObject({ code: "NOT_FOUND", own: "no partner has it", path: ["input", "partner"] });
  expect(one?.message).toMatch(/[āčēģīķļņšūž]/i);
});

it("stay as they came in English, and where there are no words for them", async () => {
  const refusals = [{ code: "NOT_FOUND", message: "no partner has it" }];
  expect(await inWords(refusals)).toEqual(refusals);
  await changeLanguage("fi");
  const unknown = [{ code: "OF_A_LATER_SERVER", message: "something new" }];
  expect(await inWords(unknown)).toEqual(unknown);
});

it("are found in an answer without data", async () => {
  const error = { graphQLErrors: [{ message: "too many", extensions: { code: "OF_A_LATER_SERVER" } }] } as never;
  expect(faultsOf(error)).toEqual([{ code: "OF_A_LATER_SERVER", message: "too many" }]);
  expect(await faultSaid(error)).toBe("too many");
  expect(await faultSaid(undefined)).toBeNull();
});
