/** A colour for a new partner, as far from all others as there is room. */

const CIRCLE = 360;

/** The middle of the widest gap between the hues that are taken. */
export function freeHue(taken: readonly number[]): number {
  const hues = [...new Set(taken)].sort((one, other) => one - other);
  if (hues.length === 0) return 200;
  const gaps = hues.map((hue, at) => {
    const next = hues[at + 1] ?? (hues[0] ?? 0) + CIRCLE;
    return { wide: next - hue, middle: Math.round((hue + next) / 2) % CIRCLE };
  });
  return gaps.reduce((widest, gap) => (gap.wide > widest.wide ? gap : widest)).middle;
}
