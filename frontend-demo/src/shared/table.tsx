/**
 * A table of many rows: its head stays, columns can be left out, arrows walk through the rows, what is shown can be taken
 * along as CSV, and only the rows in sight are in the page.
 */

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { toCsv } from "./csv";
import { download } from "./download";
import "./table.css";

export interface Column<Row> {
  name: string;
  label: string;
  /** What stands in the cell. */
  shown: (row: Row) => ReactNode;
  /** The same as plain text, for the export. */
  text: (row: Row) => string;
  /** A figure: to the right, tabular. */
  figure?: boolean;
  /** Its share of the width, as CSS says it for a grid. */
  width?: string;
}

interface Props<Row> {
  /** What it is a table of, for the caption and the file's name. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** Opens a row, by Enter or a click. */
  onOpen?: (row: Row) => void;
  chosen?: string | null;
  /** There is more to read: called when the end comes into sight. */
  more?: (() => void) | undefined;
  loading?: boolean;
  rowHeight?: number;
}

const ROW_HEIGHT = 44;

export function DataTable<Row>(props: Props<Row>) {
  const { caption, columns, rows, keyOf, onOpen, chosen, more, loading = false, rowHeight = ROW_HEIGHT } = props;
  const { t } = useTranslation("common");
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const shown = columns.filter((column) => !left.has(column.name));
  const grid = { gridTemplateColumns: shown.map((column) => column.width ?? "minmax(0, 1fr)").join(" ") };
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loading && rows.length > 0 && last >= rows.length - 1) more();
  }, [more, loading, rows.length, last]);

  const walk = (event: KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + 10, PageUp: at - 10 }[event.key];
    if (to === undefined) {
      const row = rows[at];
      if (event.key === "Enter" && row && onOpen && event.target === event.currentTarget) onOpen(row);
      return;
    }
    event.preventDefault();
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setAt(next);
    virtual.scrollToIndex(next);
  };
  const active = rows[at] ? `${caption}-${keyOf(rows[at])}` : undefined;
  return (
    <div className="data-table">
      <div className="data-table-tools">
        <span className="data-table-count" role="status">
          {t(more ? "table.rowsAtLeast" : "table.rows", { count: rows.length })}
        </span>
        <details className="data-table-columns">
          <summary className="tool">{t("table.columns")}</summary>
          <div>
            {columns.map((column) => (
              <label key={column.name}>
                <input
                  type="checkbox"
                  checked={!left.has(column.name)}
                  onChange={() => setLeft((before) => toggled(before, column.name))}
                />
                {column.label}
              </label>
            ))}
          </div>
        </details>
        <button type="button" className="tool" onClick={() => download(`${caption}.csv`, toCsv(shown, rows), "text/csv")}>
          {t("table.export")}
        </button>
      </div>
      <div
        ref={scroller}
        className="data-table-rows"
        role="grid"
        aria-label={caption}
        aria-rowcount={more ? -1 : rows.length + 1}
        aria-activedescendant={active}
        tabIndex={0}
        onKeyDown={walk}
      >
        <div className="data-table-head" role="row" aria-rowindex={1} style={grid}>
          {shown.map((column) => (
            <span key={column.name} role="columnheader" className={column.figure ? "number" : undefined}>
              {column.label}
            </span>
          ))}
        </div>
        <div className="data-table-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const key = keyOf(row);
            return (
              <div
                key={key}
                id={`${caption}-${key}`}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={chosen === undefined ? undefined : chosen === key}
                className={item.index === at ? "data-table-row at" : "data-table-row"}
                style={{ ...grid, height: item.size, transform: `translateY(${item.start}px)` }}
                onClick={() => {
                  setAt(item.index);
                  onOpen?.(row);
                }}
              >
                {shown.map((column) => (
                  <span key={column.name} role="gridcell" className={column.figure ? "number figures" : undefined}>
                    {column.shown(row)}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
        {loading && (
          <p className="data-table-loading" role="status">
            {t("table.loading")}
          </p>
        )}
      </div>
    </div>
  );
}

function toggled(before: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const after = new Set(before);
  if (!after.delete(name)) after.add(name);
  return after;
}
