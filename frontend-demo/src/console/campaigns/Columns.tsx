/** Columns along time, each of one or two parts on one zero line. The picture alone: its frame says the figures. */

import type { CSSProperties } from "react";

export interface Column {
  label: string;
  /** From the bottom up; exact figures, drawn as numbers. */
  parts: readonly { name: string; value: string }[];
  /** What is said when it is pointed at. */
  told: string;
}

interface Props {
  columns: readonly Column[];
  /** A figure as people read it, for the highest. */
  shown: (value: string) => string;
}

/** So many places are named one by one, more by the first, the middle and the last. */
const MOST_LABELS = 8;

export function Columns({ columns, shown }: Props) {
  const heights = columns.map(({ parts }) => parts.reduce((sum, { value }) => sum + Math.max(0, Number(value)), 0));
  const highest = Math.max(1, ...heights);
  const each = columns.length <= MOST_LABELS;
  const ends = !each ? [0, Math.floor((columns.length - 1) / 2), columns.length - 1] : columns.map((_, at) => at);
  return (
    <div className="columns" aria-hidden="true">
      <p className="columns-most figures">{shown(String(highest))}</p>
      <div className="columns-drawn">
        {columns.map((column, at) => (
          <div key={at} className="column" title={column.told}>
            {column.parts.toReversed().map(({ name, value }) => (
              <span key={name} className={`column-part ${name}`} style={{ "--part": Math.max(0, Number(value)) / highest } as CSSProperties} />
            ))}
          </div>
        ))}
      </div>
      <p className={each ? "columns-places each figures" : "columns-places figures"}>
        {ends.map((at) => (
          <span key={at}>{columns[at]?.label}</span>
        ))}
      </p>
    </div>
  );
}

export function Legend({ parts }: { parts: readonly { name: string; label: string }[] }) {
  return (
    <p className="columns-legend" aria-hidden="true">
      {parts.map(({ name, label }) => (
        <span key={name}>
          <span className={`column-key ${name}`} />
          {label}
        </span>
      ))}
    </p>
  );
}
