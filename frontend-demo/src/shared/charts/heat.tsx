/** A table whose cells are the deeper, the more they hold; every figure is in its cell. */

import type { CSSProperties, ReactNode } from "react";

import "./charts.css";
import { depthOf } from "./scale";

export interface Heading {
  key: string;
  label: ReactNode;
}

export interface Cell {
  /** An exact figure, not below zero. */
  value: string;
  shown: string;
}

interface Props {
  caption: string;
  /** What stands in the corner: what rows and columns are. */
  corner: ReactNode;
  rows: readonly Heading[];
  columns: readonly Heading[];
  /** The cell of a row and a column; null where there is nothing to be said. */
  cell: (row: string, column: string) => Cell | null;
  /** The figure that is deepest. */
  largest: number;
  totals?: { label: string; ofRow: (row: string) => string; ofColumn: (column: string) => string; all: string };
}

export function HeatMap({ caption, corner, rows, columns, cell, largest, totals }: Props) {
  return (
    <div className="heat" tabIndex={0} role="group" aria-label={caption}>
      <table>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col" className="heat-corner">
              {corner}
            </th>
            {columns.map((column) => (
              <th key={column.key} scope="col">
                {column.label}
              </th>
            ))}
            {totals && <th scope="col">{totals.label}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{row.label}</th>
              {columns.map((column) => (
                <HeatCell key={column.key} cell={cell(row.key, column.key)} largest={largest} self={row.key === column.key} />
              ))}
              {totals && <td className="number figures heat-total">{totals.ofRow(row.key)}</td>}
            </tr>
          ))}
        </tbody>
        {totals && (
          <tfoot>
            <tr>
              <th scope="row">{totals.label}</th>
              {columns.map((column) => (
                <td key={column.key} className="number figures heat-total">
                  {totals.ofColumn(column.key)}
                </td>
              ))}
              <td className="number figures heat-total">{totals.all}</td>
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function HeatCell({ cell, largest, self }: { cell: Cell | null; largest: number; self: boolean }) {
  if (!cell) return <td className={self ? "heat-self" : "heat-none"} />;
  const depth = `${depthOf(cell.value, largest)}%`;
  return (
    <td className="number figures heat-cell" style={{ "--heat": depth } as CSSProperties}>
      {cell.shown}
    </td>
  );
}
