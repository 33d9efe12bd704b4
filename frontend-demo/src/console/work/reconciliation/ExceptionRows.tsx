/** The rows of the worklist; only those in sight are in the page. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { Bone } from "../../../shared/chrome";
import { useFormats } from "../../../shared/formatting";
import { Dot } from "../../../shared/partner";
import type { Exception } from "./documents";
import type { Command } from "./keys";
import type { useExceptions } from "./useExceptions";

interface Props {
  list: ReturnType<typeof useExceptions>;
  at: number;
  marked: ReadonlySet<string>;
  onAt: (place: number) => void;
  onMark: (id: string) => void;
  onKey: (command: Command) => void;
}

const ROW_HEIGHT = 64;

export function ExceptionRows({ list, at, marked, onAt, onMark }: Props) {
  const { t } = useTranslation(["work", "common"]);
  const { rows, state, whole, more, looking } = list;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 10 });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (!whole && !looking && state === "ready" && rows.length > 0 && last >= rows.length - 1) more();
  }, [whole, looking, state, rows.length, last, more]);
  useEffect(() => {
    if (rows.length > 0) virtual.scrollToIndex(at);
  }, [at]);
  if (rows.length === 0) return <Bone width="100%" height="20rem" />;
  return (
    <>
      <p className="work-quiet" role="status">
        {looking || !whole ? t("worklist.atLeast", { count: rows.length }) : t("worklist.count", { count: rows.length })}
        {marked.size > 0 && <> · {t("worklist.marked", { count: marked.size })}</>}
      </p>
      <div
        ref={scroller}
        className="exceptions"
        role="listbox"
        aria-multiselectable="true"
        aria-label={t("lists.reconciliation")}
        tabIndex={0}
        aria-activedescendant={rows[at] && `exception-${rows[at].id}`}
        onKeyDown={(event) => {
          if (event.key !== " ") return;
          event.preventDefault();
          if (rows[at]) onMark(rows[at].id);
        }}
      >
        <div className="exceptions-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <div
                  key={row.id}
                  id={`exception-${row.id}`}
                  role="option"
                  aria-selected={marked.has(row.id)}
                  aria-setsize={whole ? rows.length : -1}
                  aria-posinset={item.index + 1}
                  className={item.index === at ? "exception at" : "exception"}
                  style={{ height: item.size, transform: `translateY(${item.start}px)` }}
                  onClick={() => onAt(item.index)}
                >
                  <RowOf row={row} />
                </div>
              )
            );
          })}
        </div>
      </div>
    </>
  );
}

function RowOf({ row }: { row: Exception }) {
  const { t } = useTranslation("work");
  const { signedPoints, dateTime } = useFormats();
  return (
    <>
      <span className={`exception-mark ${row.severity}`} aria-hidden="true" />
      <span className="exception-what">
        {t(`outcomes.${row.outcome}`)}
        {row.state !== "OPEN" && <span className="work-tag">{t(`worklist.states.${row.state}`)}</span>}
        {row.assigned && <span className="work-tag">{t("worklist.assigned")}</span>}
      </span>
      <span className="exception-points figures">{row.points !== null && signedPoints(row.points)}</span>
      <span className="exception-about">
        {row.file.partner && <Dot partner={row.file.partner} />}
        {[row.reference, row.kind && t(`kinds.${row.kind}`), row.occurredAt && dateTime(row.occurredAt)].filter(Boolean).join(" · ")}
      </span>
    </>
  );
}
