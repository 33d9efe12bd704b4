import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { useCountUp } from "../../shared/useCountUp";

const Figure = ({ value }: { value: bigint }) => <p>{useCountUp(value).toString()}</p>;

const still = (reduced: boolean) => vi.stubGlobal("matchMedia", () => ({ matches: reduced }));

beforeEach(() => {
  vi.useFakeTimers();
  still(false);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

it("points that arrive are counted up within 300 milliseconds, once", async () => {
  const { rerender } = render(<Figure value={100n} />);
  rerender(<Figure value={200n} />);
  await pass(100);
  const between = Number(screen.getByText(/\d/).textContent);
  expect(between).toBeGreaterThan(100);
  expect(between).toBeLessThan(200);
  await pass(250);
  screen.getByText("200");
});

it("points that are spent are gone at once", async () => {
  const { rerender } = render(<Figure value={200n} />);
  rerender(<Figure value={80n} />);
  screen.getByText("80");
});

it("nothing moves for those who asked for stillness", () => {
  still(true);
  const { rerender } = render(<Figure value={100n} />);
  rerender(<Figure value={200n} />);
  screen.getByText("200");
});
