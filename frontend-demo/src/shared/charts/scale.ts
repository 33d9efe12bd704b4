/** Lengths and depths of what is drawn. Figures stay exact strings; only their pictures are numbers. */

/** The largest of some figures whatever their sign, never nothing, so that it can be divided by. */
export const largestOf = (values: readonly string[]): number =>
  Math.max(Number.MIN_VALUE, ...values.map((value) => Math.abs(Number(value))));

/** How much of the largest a figure is, from 0 to 1. */
export const partOf = (value: string, largest: number): number => Math.min(1, Math.abs(Number(value)) / largest);

const FAINTEST = 5;
const DEEPEST = 46;

/** How deep a cell is, in per cent of the scale's colour: nothing for nothing; its text stays readable at the deepest. */
export const depthOf = (value: string, largest: number): number => {
  const part = partOf(value, largest);
  return part === 0 ? 0 : Math.round(FAINTEST + part * (DEEPEST - FAINTEST));
};
