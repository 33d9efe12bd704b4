/** Campaigns over half a year: a bar each, by owner, with today's line; the same as a table beneath. */

import { type CSSProperties, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";

import { ChartFrame } from "../../shared/charts/frame";
import { Bone } from "../../shared/chrome";
import { lastMoment } from "../../shared/formats";
import { useFormats } from "../../shared/formatting";
import { PartnerName, toneOf } from "../../shared/partner";
import { Empty, Failed } from "../../shared/states";
import { type Bar, bars, monthsIn, type OwnersBars } from "./calendar";
import { gather } from "./gathered";
import { useHouse } from "./house";
import { beginningOf, dayAt, daysFrom, plusDays } from "./terms/days";
import { useCampaigns } from "./useCampaigns";

const DAYS = 182;
const STEP = 91;
const BEFORE = 56;

export function CalendarPage() {
  const { t } = useTranslation("campaigns");
  const { month, day } = useFormats();
  const { serverTime, coalition } = useHouse();
  const pages = useCampaigns();
  const today = dayAt(serverTime, coalition.timeZone);
  const [search, setSearch] = useSearchParams();
  const asked = search.get("from");
  const from = asked && /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : plusDays(today, -BEFORE);
  const until = plusDays(from, DAYS);
  const rows = useMemo(
    () => bars(gather(pages.rows), beginningOf(from, coalition.timeZone), beginningOf(until, coalition.timeZone)),
    [pages.rows, from, until, coalition.timeZone],
  );
  const go = (to: string) => setSearch(to === "" ? {} : { from: to }, { replace: true });
  if (pages.state === "failed") return <Failed again={pages.again} />;
  const place = (at: string) => daysFrom(from, at) / DAYS;
  return (
    <ChartFrame
      heading={t("calendar.heading", { from: day(from), until: day(until) })}
      told={t("calendar.text")}
      tools={
        <>
          <button type="button" className="tool" onClick={() => go(plusDays(from, -STEP))}>{t("calendar.earlier")}</button>
          <button type="button" className="tool" onClick={() => go("")}>{t("calendar.today")}</button>
          <button type="button" className="tool" onClick={() => go(plusDays(from, STEP))}>{t("calendar.later")}</button>
        </>
      }
      figures={{
        columns: [t("backtest.campaign"), t("calendar.owner"), t("calendar.from"), t("calendar.until"), t("calendar.state")],
        rows: rows.flatMap(({ owner, bars: of }) => of.map(({ campaign: { latest, live } }) => [
          latest.name, owner.name, day(latest.startsAt), latest.endsAt === null ? t("calendar.open") : day(lastMoment(latest.endsAt)),
          t(`states.${(live ?? latest).state}`),
        ])),
      }}
    >
      {pages.state === "loading" ? (
        <Bone width="100%" height="100dvh" />
      ) : rows.length === 0 ? (
        <Empty heading={t("calendar.none")} />
      ) : (
        <div className="calendar">
          <div className="calendar-months" aria-hidden="true">
            {monthsIn(from, until).map((at) => (
              <span key={at} style={{ "--at": place(at) } as CSSProperties}>{month(at)}</span>
            ))}
          </div>
          <ul className="calendar-rows" aria-label={t("heading")}>
            {rows.map((row) => <OwnersRow key={row.owner.id} row={row} />)}
          </ul>
          <div className="calendar-lines" aria-hidden="true">
            {monthsIn(from, until).map((at) => <span key={at} style={{ "--at": place(at) } as CSSProperties} />)}
            {today >= from && today <= until && (
              <span className="calendar-today" style={{ "--at": place(today) } as CSSProperties}>
                <span>{t("calendar.today")}</span>
              </span>
            )}
          </div>
        </div>
      )}
    </ChartFrame>
  );
}

const OwnersRow = ({ row }: { row: OwnersBars }) => (
  <li className="calendar-row">
    <PartnerName partner={row.owner} />
    <ul className="calendar-bars" style={{ "--lanes": row.lanes } as CSSProperties}>
      {row.bars.map((bar) => <OneBar key={bar.campaign.id} bar={bar} />)}
    </ul>
  </li>
);

function OneBar({ bar }: { bar: Bar }) {
  const { t } = useTranslation("campaigns");
  const { day } = useFormats();
  const { latest, live } = bar.campaign;
  const state = (live ?? latest).state;
  const style = { ...toneOf(latest.owner.hue), "--from": bar.from, "--until": bar.until, "--lane": bar.lane } as CSSProperties;
  const period = latest.endsAt === null ? t("list.since", { day: day(latest.startsAt) }) : t("list.period", { from: day(latest.startsAt), until: day(lastMoment(latest.endsAt)) });
  return (
    <li className={`calendar-bar ${state}${bar.before ? " before" : ""}${bar.after ? " after" : ""}`} style={style}>
      <Link href={`/campaigns/${bar.campaign.id}`} title={`${latest.name}, ${period}`}>
        {latest.name}
        <span className="unseen">
          , {t(`states.${state}`)}, {period}
        </span>
      </Link>
    </li>
  );
}
