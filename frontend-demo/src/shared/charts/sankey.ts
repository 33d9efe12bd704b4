/** Where the bands of a flow from left to right lie: each as high as it carries, none over another. */

export interface Band {
  from: string;
  to: string;
  /** An exact figure above zero. */
  value: string;
}

export interface Node {
  key: string;
  top: number;
  height: number;
}

export interface Laid extends Band {
  height: number;
  left: number;
  right: number;
}

export interface Layout {
  sources: Node[];
  targets: Node[];
  bands: Laid[];
  height: number;
}

/** `order` is the order of nodes on both sides; `full` the height of all that flows, `gap` stands between nodes. */
export function laidOut(bands: readonly Band[], order: readonly string[], full: number, gap: number): Layout {
  const all = bands.reduce((sofar, { value }) => sofar + Number(value), 0) || 1;
  const heightOf = (value: string) => (Number(value) / all) * full;
  const placed = (side: "from" | "to"): Node[] => {
    let top = 0;
    return order.flatMap((key) => {
      const own = bands.filter((band) => band[side] === key);
      if (own.length === 0) return [];
      const height = own.reduce((sofar, { value }) => sofar + heightOf(value), 0);
      const node = { key, top, height };
      top += height + gap;
      return [node];
    });
  };
  const [sources, targets] = [placed("from"), placed("to")];
  const free = new Map<string, number>();
  for (const { key, top } of sources) free.set(`from ${key}`, top);
  for (const { key, top } of targets) free.set(`to ${key}`, top);
  const take = (place: string, height: number) => {
    const top = free.get(place) ?? 0;
    free.set(place, top + height);
    return top;
  };
  const inOrder = [...bands].sort((one, other) => order.indexOf(one.from) - order.indexOf(other.from) || order.indexOf(one.to) - order.indexOf(other.to));
  const laid = inOrder.map((band) => {
    const height = heightOf(band.value);
    return { ...band, height, left: take(`from ${band.from}`, height), right: take(`to ${band.to}`, height) };
  });
  const bottom = (nodes: readonly Node[]) => Math.max(0, ...nodes.map(({ top, height }) => top + height));
  return { sources, targets, bands: laid, height: Math.max(bottom(sources), bottom(targets)) };
}

/** A band's outline: two curves, level at both ends. */
export function outlineOf({ left, right, height }: Laid, width: number): string {
  const half = width / 2;
  return `M0 ${left}C${half} ${left} ${half} ${right} ${width} ${right}V${right + height}C${half} ${right + height} ${half} ${left + height} 0 ${left + height}Z`;
}
