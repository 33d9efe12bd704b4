import { expect, it } from "vitest";

import { grouped, pass } from "./sharing";

const passed = { text: "Join with my code ABCD-EFGH:", url: "https://hansa.test/r/ABCDEFGH" };

/** A browser with a clipboard, and a sheet for sharing or none. */
function browser(share?: () => Promise<void>) {
  const copied: string[] = [];
  const at = { clipboard: { writeText: (text: string) => Promise.resolve(void copied.push(text)) }, ...(share && { share }) };
  return { at: at as unknown as Navigator, copied };
}

it("a code is read out in two halves", () => {
  expect(grouped("ABCDEFGH")).toBe("ABCD-EFGH");
});

it("what the system can share is not copied", async () => {
  const { at, copied } = browser(() => Promise.resolve());
  expect(await pass(passed, at)).toBe("shared");
  expect(copied).toEqual([]);
});

it("where there is no sheet, words and link are copied together", async () => {
  const { at, copied } = browser();
  expect(await pass(passed, at)).toBe("copied");
  expect(copied).toEqual([`${passed.text} ${passed.url}`]);
});

it("who closes the sheet has passed nothing on, and nothing is copied behind their back", async () => {
  const { at, copied } = browser(() => Promise.reject(new DOMException("closed", "AbortError")));
  expect(await pass(passed, at)).toBe(false);
  expect(copied).toEqual([]);
});

it("a sheet that fails gives way to copying", async () => {
  const { at, copied } = browser(() => Promise.reject(new DOMException("not now", "NotAllowedError")));
  expect(await pass(passed, at)).toBe("copied");
  expect(copied).toHaveLength(1);
});
