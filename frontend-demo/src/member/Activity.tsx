/** What happened in the wallet, by day; each line opens its movements of points. */

import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../shared/formatting";
import { lastMoment } from "../shared/formats";
import { Dot, type Hued } from "../shared/partner";
import type { Entry, Movement } from "./documents";
import { direction, moved, signed, waits } from "./movements";
import { byDay, type Timeline } from "./timeline";

interface Props {
  timeline: Timeline;
  now: string;
  programme: string;
  loadOlder: () => void;
  older: "ready" | "loading" | "failed";
}

export function Activity({ timeline, now, programme, loadOlder, older }: Props) {
  const { t } = useTranslation("member");
  const { dayKey } = useFormats();
  const days = byDay(timeline.entries, dayKey);
  return (
    <section className="activity" aria-labelledby="activity-label">
      <h2 id="activity-label">{t("activity.label")}</h2>
      {days.length === 0 && <p className="nothing">{t("activity.nothing")}</p>}
      {days.map((day) => (
        <section key={day.key} className="day">
          <h3>
            <DayName at={day.entries[0]?.occurredAt ?? now} now={now} />
          </h3>
          <ul>
            {day.entries.map((entry) => (
              <Line key={entry.version} entry={entry} programme={programme} />
            ))}
          </ul>
        </section>
      ))}
      {timeline.next !== null && (
        <div className="older">
          <button type="button" className="quiet-action" onClick={loadOlder} disabled={older === "loading"}>
            {t(`activity.older.${older}`)}
          </button>
        </div>
      )}
    </section>
  );
}

const DAY_MS = 86_400_000;

function DayName({ at, now }: { at: string; now: string }) {
  const { t } = useTranslation("member");
  const { dayKey, longDay, day } = useFormats();
  const key = dayKey(at);
  if (key === dayKey(now)) return <>{t("activity.today")}</>;
  if (key === dayKey(new Date(new Date(now).getTime() - DAY_MS))) return <>{t("activity.yesterday")}</>;
  return <>{key.slice(0, 4) === dayKey(now).slice(0, 4) ? longDay(at) : day(at)}</>;
}

function Line({ entry, programme }: { entry: Entry; programme: string }) {
  const { t } = useTranslation("member");
  const { time } = useFormats();
  const [open, setOpen] = useState(false);
  const region = useId();
  const about = [t(`kinds.${entry.kind}`), entry.outlet?.name, time(entry.occurredAt)].filter(Boolean);
  return (
    <li className="line">
      <button
        type="button"
        className="line-head"
        aria-expanded={open}
        aria-controls={region}
        onClick={() => setOpen(!open)}
      >
        <span className="line-words">
          <span className="line-who">{entry.partner?.name ?? programme}</span>
          <span className="line-about">{about.join(" · ")}</span>
        </span>
        <span className="line-sums">
          <Change entry={entry} />
          <FundedBy sponsors={entry.fundedBy.map((share) => share.sponsor)} />
        </span>
      </button>
      <div id={region} hidden={!open}>
        {open && <Movements entry={entry} />}
      </div>
    </li>
  );
}

function Change({ entry }: { entry: Entry }) {
  const { points, signedPoints } = useFormats();
  const change = BigInt(entry.change);
  const tone = change > 0n ? "change gained" : change < 0n ? "change" : "change still";
  return <span className={`${tone} figures`}>{change === 0n ? points(moved(entry)) : signedPoints(change)}</span>;
}

function FundedBy({ sponsors }: { sponsors: readonly Hued[] }) {
  const { t } = useTranslation("member");
  return (
    <span className="dots">
      <span className="unseen">
        {t("fundedBy")} {sponsors.map((sponsor) => sponsor.name).join(", ")}
      </span>
      {sponsors.map((sponsor) => (
        <Dot key={sponsor.name} partner={sponsor} />
      ))}
    </span>
  );
}

function Movements({ entry }: { entry: Entry }) {
  const { t } = useTranslation("member");
  return (
    <div className="movements">
      <ul>
        {entry.movements.map((movement, place) => (
          <MovementLine key={place} movement={movement} />
        ))}
      </ul>
      {entry.reference && <p className="reference">{t("reference", { reference: entry.reference })}</p>}
    </div>
  );
}

function MovementLine({ movement }: { movement: Movement }) {
  const { t } = useTranslation("member");
  const { points, signedPoints, day } = useFormats();
  const terms = [
    waits(movement) && movement.availableAt && t("terms.wait", { day: day(movement.availableAt) }),
    movement.expiresAt && direction(movement) > 0 && t("terms.expire", { day: day(lastMoment(movement.expiresAt)) }),
  ].filter(Boolean);
  return (
    <li>
      <Dot partner={movement.sponsor} />
      <span className="movement-words">
        {t(`movements.${movement.kind}`, { sponsor: movement.sponsor.name })}
        {terms.length > 0 && <span className="movement-terms">{terms.join(" · ")}</span>}
      </span>
      <span className="figures">
        {direction(movement) === 0 ? points(movement.points) : signedPoints(signed(movement))}
      </span>
    </li>
  );
}
