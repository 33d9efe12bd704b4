/**
 * Lines, and ranges about them, over an axis of days, months or stages, each named at its end. For pages that are loaded
 * lazily only: it brings the drawing of lines along. It stands in a `ChartFrame`, which says the same figures in a table.
 */

import {
  Area,
  CartesianGrid,
  ComposedChart,
  Label,
  LabelList,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { CSSProperties } from "react";

import "./charts.css";

export interface Series {
  name: string;
  /** Stands at the line's end, and beside its figure. */
  label: string;
  /** Exact figures, one for each place of the axis; null where there is none. */
  values: readonly (string | null)[];
  /** From where to where it may be. */
  range?: readonly (readonly [string, string] | null)[];
  /** A partner's colour, by `toneOf`; without one the house's. */
  tone?: CSSProperties;
  /** Expected rather than known. */
  dashed?: boolean;
  /** Drawn in steps: it holds until it changes. */
  stepped?: boolean;
}

interface Props {
  /** What the places along the axis are called. */
  places: readonly string[];
  series: readonly Series[];
  /** A figure as people read it; `short` along the axis. */
  shown: (value: string) => string;
  short?: (value: string) => string;
  /** Lines across, such as thresholds. */
  thresholds?: readonly { label: string; value: string }[];
  height?: number;
}

const HEIGHT = 280;
const ROOM_FOR_LABELS = 132;
const SMALL = 13;

export function LineChart({ places, series, shown, short = shown, thresholds = [], height = HEIGHT }: Props) {
  const rows = places.map((place, at) => ({ place, ...Object.fromEntries(series.flatMap((one) => columns(one, at))) }));
  const told = (value: unknown): string =>
    Array.isArray(value) ? value.map((end) => shown(String(end))).join(" – ") : shown(String(value));
  return (
    <div className="lines" style={{ height }} aria-hidden="true">
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 640, height }}>
        <ComposedChart data={rows} accessibilityLayer={false} margin={{ top: 12, right: ROOM_FOR_LABELS, bottom: 4, left: 8 }}>
          <CartesianGrid vertical={false} className="lines-grid" />
          <XAxis dataKey="place" tickLine={false} minTickGap={24} fontSize={SMALL} className="lines-axis" />
          <YAxis width="auto" tickLine={false} axisLine={false} fontSize={SMALL} tickFormatter={(at: number) => short(String(at))} />
          <ReferenceLine y={0} className="lines-zero" />
          {thresholds.map(({ label, value }) => (
            <ReferenceLine key={label} y={Number(value)} className="lines-threshold" ifOverflow="extendDomain">
              <Label value={label} position="right" fontSize={SMALL} />
            </ReferenceLine>
          ))}
          <Tooltip isAnimationActive={false} formatter={(value) => told(value)} wrapperClassName="lines-told" />
          {series.map((one) => one.range && <Range key={`${one.name}-range`} one={one} />)}
          {series.map((one) => drawn(one))}
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}

/** A row's figures as numbers, for where they are drawn. */
function columns(one: Series, at: number): [string, number | [number, number] | null][] {
  const value = one.values[at] ?? null;
  const range = one.range?.[at] ?? null;
  return [
    [one.name, value === null ? null : Number(value)],
    [`${one.name}-range`, range && [Number(range[0]), Number(range[1])]],
  ];
}

/** A partner's tone as a colour in itself: what is drawn takes no style of its own. */
function colourOf({ tone }: Series): string {
  if (!tone) return "var(--baltic)";
  const { "--hue": hue, "--depth": depth } = tone as Record<string, number>;
  return `oklch(calc(var(--partner-light) + ${depth} * 0.075) var(--partner-chroma) ${hue})`;
}

const Range = ({ one }: { one: Series }) => (
  <Area
    dataKey={`${one.name}-range`}
    name={one.label}
    stroke="none"
    fill={colourOf(one)}
    fillOpacity={0.16}
    isAnimationActive={false}
    tooltipType="none"
  />
);

function drawn(one: Series) {
  const colour = colourOf(one);
  const last = one.values.reduce((found, value, at) => (value === null ? found : at), -1);
  return (
    <Line
      key={one.name}
      dataKey={one.name}
      name={one.label}
      type={one.stepped ? "stepAfter" : "linear"}
      stroke={colour}
      strokeWidth={2}
      {...(one.dashed && { strokeDasharray: "5 5" })}
      dot={false}
      activeDot={{ r: 4, fill: colour }}
      isAnimationActive={false}
    >
      <LabelList
        content={({ x, y, index }) =>
          index === last ? (
            <text x={Number(x) + 8} y={Number(y)} dominantBaseline="middle" fontSize={SMALL} style={{ fill: colour }}>
              {one.label}
            </text>
          ) : null
        }
      />
    </Line>
  );
}
