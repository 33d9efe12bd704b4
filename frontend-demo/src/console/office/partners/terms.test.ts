import { expect, it } from "vitest";

import { readBands, standingOf, termNamed, written } from "./terms";

const version = (number: number, signedAt: string | null, validFrom: string, withdrawnAt: string | null = null) => ({
  version: number,
  signedAt,
  validFrom,
  withdrawnAt,
});

it("reads bands as they are written, and refuses a line that is none", () => {
  expect(readBands("10000 0.0095\n 50000  0,0090 \n\n")).toEqual([
    { points: 10000, price: "0.0095" },
    { points: 50000, price: "0.0090" },
  ]);
  expect(readBands("many 0.01")).toBeNull();
  expect(readBands(written([{ points: "5000", price: "0.010000" }]))).toEqual([{ points: 5000, price: "0.010000" }]);
});

it("names terms as the contract's fields are named", () => {
  expect(termNamed("share_at_issuance")).toBe("shareAtIssuance");
  expect(termNamed("price")).toBe("price");
});

it("takes the version that began last for the one in force, and drafts for drafts", () => {
  const all = [
    version(1, "2017-01-01", "2017-01-01"),
    version(2, "2017-01-15", "2017-02-01"),
    version(3, "2017-02-02", "2017-06-01"),
    version(4, null, "2017-07-01"),
    version(5, null, "2017-07-01", "2017-02-03"),
  ];
  const now = "2017-02-20";
  expect(all.map((one) => standingOf(one, all, now))).toEqual(["past", "inForce", "signed", "draft", "withdrawn"]);
});
