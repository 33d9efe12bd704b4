/** What happened, by the day it happened on; each line leads to its receipt. */

import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useFormats } from "../../shared/formatting";
import { Dot, type Hued } from "../../shared/partner";
import type { Entry } from "../documents";
import { useHeld } from "../walletContext";
import "./activity.css";
import { moved } from "./movements";
import { byDay } from "./timeline";

interface Props {
  entries: readonly Entry[];
  level: "h2" | "h3";
  /** Whether receipts can be read now. */
  open?: boolean;
}

export function Days({ entries, level: Heading, open = true }: Props) {
  const { dayKey } = useFormats();
  return (
    <>
      {byDay(entries, dayKey).map((day) => (
        <section key={day.key} className="day">
          <Heading>
            <DayName at={day.entries[0]?.occurredAt ?? day.key} />
          </Heading>
          <ul>
            {day.entries.map((entry) => (
              <li key={entry.version} className="line">
                {open ? (
                  <Link href={`/activity/${entry.version}`} className="line-head">
                    <Line entry={entry} />
                  </Link>
                ) : (
                  <div className="line-head">
                    <Line entry={entry} />
                  </div>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

const DAY_MS = 86_400_000;

function DayName({ at }: { at: string }) {
  const { t } = useTranslation("member");
  const { now } = useHeld().known;
  const { dayKey, longDay, day } = useFormats();
  const key = dayKey(at);
  if (key === dayKey(now)) return <>{t("activity.today")}</>;
  if (key === dayKey(new Date(new Date(now).getTime() - DAY_MS))) return <>{t("activity.yesterday")}</>;
  return <>{key.slice(0, 4) === dayKey(now).slice(0, 4) ? longDay(at) : day(at)}</>;
}

function Line({ entry }: { entry: Entry }) {
  const { t } = useTranslation("member");
  const { time } = useFormats();
  const { programme } = useHeld().known;
  const about = [t(`kinds.${entry.kind}`), entry.outlet?.name, time(entry.occurredAt)].filter(Boolean);
  return (
    <>
      <span className="line-words">
        <span className="line-who">{entry.partner?.name ?? programme.name}</span>
        <span className="line-about">{about.join(" · ")}</span>
      </span>
      <span className="line-sums">
        <Change entry={entry} />
        <FundedBy sponsors={entry.fundedBy.map((share) => share.sponsor)} />
      </span>
    </>
  );
}

export function Change({ entry }: { entry: Pick<Entry, "change" | "movements"> }) {
  const { points, signedPoints } = useFormats();
  const change = BigInt(entry.change);
  if (entry.movements.length === 0) return null;
  const tone = change > 0n ? "change gained" : change < 0n ? "change" : "change still";
  return <span className={`${tone} figures`}>{change === 0n ? points(moved(entry)) : signedPoints(change)}</span>;
}

function FundedBy({ sponsors }: { sponsors: readonly Hued[] }) {
  const { t } = useTranslation("member");
  if (sponsors.length === 0) return null;
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
