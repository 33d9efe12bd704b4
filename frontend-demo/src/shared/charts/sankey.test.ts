import { expect, it } from "vitest";

import { type Band, laidOut } from "./sankey";

const bands: Band[] = [
  { from: "b", to: "a", value: "30" },
  { from: "a", to: "a", value: "50" },
  { from: "a", to: "c", value: "20" },
];
const { sources, targets, bands: laid, height } = laidOut(bands, ["a", "b", "c"], 100, 10);

it("each node is as high as all its bands together, on both sides", () => {
  const heights = (nodes: typeof sources) => Object.fromEntries(nodes.map((node) => [node.key, Math.round(node.height)]));
  expect(heights(sources)).toEqual({ a: 70, b: 30 });
  expect(heights(targets)).toEqual({ a: 80, c: 20 });
  expect(height).toBe(110);
});

it("no band lies over another, and all lie within their nodes", () => {
  for (const [nodes, side, edge] of [[sources, "from", "left"], [targets, "to", "right"]] as const) {
    for (const node of nodes) {
      const own = laid.filter((band) => band[side] === node.key).sort((one, other) => one[edge] - other[edge]);
      expect(own[0]?.[edge]).toBe(node.top);
      for (const [place, band] of own.entries()) {
        const next = own[place + 1]?.[edge] ?? node.top + node.height;
        expect(band[edge] + band.height).toBeCloseTo(next);
      }
    }
  }
});

it("nothing flows, nothing is laid out", () => {
  expect(laidOut([], ["a"], 100, 10)).toEqual({ sources: [], targets: [], bands: [], height: 0 });
});
