/** The sales of this till on their way: waiting, sent, or refused with what to do. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../shared/formatting";
import { Empty } from "../shared/states";
import { wordFor } from "../shared/i18n";
import type { Entry } from "./queue";
import type { Sold } from "./sending";
import { useEntries, useTill } from "./till";

export function QueuePage() {
  const { t } = useTranslation("till");
  const { queue, up } = useTill();
  const entries = useEntries().toReversed();
  const waiting = entries.filter(({ state }) => state === "waiting").length;
  return (
    <main className="till-sheet">
      <h2>{t("rooms.sent")}</h2>
      <p className="till-why">{t("sent.about")}</p>
      {waiting > 0 && (
        <p className="till-sent-waiting">
          {t("sent.waiting", { count: waiting })}
          <button type="button" className="quiet-action" disabled={!up} onClick={() => void queue.drain()}>
            {t("sent.now")}
          </button>
        </p>
      )}
      {entries.length === 0 ? (
        <Empty heading={t("sent.none")} />
      ) : (
        <ul className="till-sent">
          {entries.map((entry) => (
            <SentRow key={entry.key} entry={entry} />
          ))}
        </ul>
      )}
    </main>
  );
}

function SentRow({ entry }: { entry: Entry<Sold> }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const { queue } = useTill();
  const { state, outcome, sale } = entry;
  const refusals = outcome?.refusals ?? [];
  const points = outcome?.points;
  return (
    <li className={`till-sent-row ${state}`}>
      <span className="till-state">{t(`sent.state.${state}`)}</span>
      <span>
        {formats.dateTime(entry.at)}
        <span className="till-sku">{sale.input.receiptNumber}</span>
        {refusals.map(({ code, message }) => (
          <span key={code} className="till-why">
            {message} {wordFor(t, "sent.todo", code) === code ? t("sent.todo.OTHER") : wordFor(t, "sent.todo", code)}
          </span>
        ))}
        {points !== undefined && refusals.length > 0 && <span className="till-why">{t("sent.half")}</span>}
      </span>
      <span className="figures">{formats.money({ amount: sale.total, currency: sale.input.currency })}</span>
      <span className="figures">{points === undefined ? "" : t("points.count", { count: Number(points), points: formats.points(points) })}</span>
      {state === "refused" && (
        <button type="button" className="tool" onClick={() => void queue.dismiss(entry.key)}>
          {t("sent.seen")}
        </button>
      )}
    </li>
  );
}
