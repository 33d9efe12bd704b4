/** What one look back found. */

import { useTranslation } from "react-i18next";

import { ChartFrame } from "../../../shared/charts/frame";
import { isZero, negated, sum } from "../../../shared/exact";
import { lastMoment } from "../../../shared/formats";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { Columns, Legend } from "../Columns";
import type { Backtest } from "../documents";

interface Props {
  found: Backtest;
  /** The terms have changed since. */
  stale: boolean;
  name: string;
}

export function BacktestFound({ found, stale, name }: Props) {
  const { t } = useTranslation("campaigns");
  const { points, money, day } = useFormats();
  const whole = (count: number) => points(String(count));
  return (
    <div className="backtest-found">
      {stale && <p className="backtest-stale">{t("backtest.stale")}</p>}
      <p className="backtest-told">
        {t("backtest.told", {
          from: day(found.since), until: day(lastMoment(found.until)), points: points(found.points),
          rewarded: whole(found.rewarded), purchases: whole(found.purchases), reached: whole(found.reached), members: whole(found.members),
        })}
      </p>
      {Number(found.pointsCut) > 0 && <p>{t("backtest.cut", { points: points(found.pointsCut) })}</p>}
      {Number(found.benefits.amount) > 0 && <p>{t("backtest.benefits", { amount: money(found.benefits) })}</p>}
      <Weeks found={found} name={name} />
      <BySponsor found={found} />
      <Changes found={found} />
      <Spread found={found} />
    </div>
  );
}

function Weeks({ found: { weeks }, name }: Pick<Props, "found" | "name">) {
  const { t } = useTranslation("campaigns");
  const { points, day } = useFormats();
  const parts = [
    { name: "live", label: t("backtest.live") },
    { name: "terms", label: name },
  ];
  return (
    <ChartFrame
      level={3}
      heading={t("backtest.weeks")}
      told={t("backtest.weeksTold")}
      figures={{
        columns: [t("backtest.week"), t("backtest.purchases"), name, t("backtest.live")],
        rows: weeks.map((week) => [day(`${week.monday}T12:00:00Z`), points(String(week.purchases)), points(week.points), points(week.pointsLive)]),
      }}
    >
      <Legend parts={parts} />
      <Columns
        shown={points}
        columns={weeks.map((week) => ({
          label: day(`${week.monday}T12:00:00Z`),
          parts: [{ name: "live", value: week.pointsLive }, { name: "terms", value: week.points }],
          told: t("backtest.column", { week: day(`${week.monday}T12:00:00Z`), points: points(week.points), live: points(week.pointsLive) }),
        }))}
      />
    </ChartFrame>
  );
}

function BySponsor({ found: { sponsors } }: Pick<Props, "found">) {
  const { t } = useTranslation("campaigns");
  const { points, signedPoints, money } = useFormats();
  return (
    <div className="scrolls" tabIndex={0} role="group" aria-label={t("backtest.bySponsor")}>
      <table className="sheet-table">
        <caption>{t("backtest.bySponsor")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("results.sponsor")}</th>
            <th scope="col" className="number">{t("backtest.ofTerms")}</th>
            <th scope="col" className="number">{t("results.cost")}</th>
            <th scope="col" className="number">{t("backtest.before")}</th>
            <th scope="col" className="number">{t("backtest.after")}</th>
            <th scope="col" className="number">{t("backtest.change")}</th>
          </tr>
        </thead>
        <tbody>
          {sponsors.filter(isTouched).map((sponsor) => (
            <tr key={sponsor.partner.id}>
              <th scope="row">
                <PartnerName partner={sponsor.partner} />
              </th>
              <td className="number figures">{points(sponsor.points)}</td>
              <td className="number figures">{sponsor.cost ? money(sponsor.cost) : t("results.notTold")}</td>
              <td className="number figures">{points(sponsor.pointsLive)}</td>
              <td className="number figures">{points(sponsor.pointsWith)}</td>
              <td className="number figures">{signedPoints(sum([sponsor.pointsWith, negated(sponsor.pointsLive)]))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Who would have paid for it, or for other campaigns otherwise. */
const isTouched = ({ points, pointsLive, pointsWith }: Backtest["sponsors"][number]) => !isZero(points) || pointsLive !== pointsWith;

function Changes({ found: { changes } }: Pick<Props, "found">) {
  const { t } = useTranslation("campaigns");
  const { points } = useFormats();
  if (changes.length === 0) return null;
  return (
    <table className="sheet-table">
      <caption>{t("backtest.changes")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("backtest.campaign")}</th>
          <th scope="col" className="number">{t("backtest.before")}</th>
          <th scope="col" className="number">{t("backtest.after")}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.name}>
            <th scope="row">{change.name}</th>
            <td className="number figures">{points(change.pointsLive)}</td>
            <td className="number figures">{points(change.pointsWith)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How the points are spread over the purchases that got any. */
function Spread({ found: { perPurchase, perMember } }: Pick<Props, "found">) {
  const { t } = useTranslation("campaigns");
  const { points, decimal } = useFormats();
  const { histogram } = perPurchase;
  if (histogram.length === 0) return null;
  const called = ({ start, end }: { start: string; end: string }) => `${points(start)}–${points(end)}`;
  return (
    <ChartFrame
      level={3}
      heading={t("backtest.spread")}
      told={t("backtest.spreadTold", { purchase: decimal(perPurchase.mean, 1), member: decimal(perMember.mean, 1) })}
      figures={{
        columns: [t("results.tally.points"), t("backtest.purchases")],
        rows: histogram.map((bar) => [called(bar), points(String(bar.count))]),
      }}
    >
      <Columns
        shown={points}
        columns={histogram.map((bar) => ({
          label: called(bar),
          parts: [{ name: "terms", value: String(bar.count) }],
          told: t("backtest.bar", { points: called(bar), purchases: points(String(bar.count)) }),
        }))}
      />
    </ChartFrame>
  );
}
