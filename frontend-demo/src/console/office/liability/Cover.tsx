/** Whether there is enough money for the points that are out: a bar with the two thresholds on it, and what if. */

import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";

import { DivergingBars } from "../../../shared/charts/bars";
import { ChartFrame } from "../../../shared/charts/frame";
import { LineChart } from "../../../shared/charts/LineChart";
import { useFormats } from "../../../shared/formatting";
import { wordFor } from "../../../shared/i18n";
import { PartnerName, toneOf } from "../../../shared/partner";
import type { Position, Reserve } from "./documents";

const HEADROOM = 1.15;
const PLACES = 3;
const shortened = (cover: string) => Number(cover).toFixed(PLACES);

export function Cover({ position, stoppedAt }: { position: Position; stoppedAt: string | null }) {
  const { t } = useTranslation("office");
  const { money, percent, dateTime } = useFormats();
  const { cover, warningBelow, minimum } = position;
  const end = Math.max(Number(cover ?? "0"), Number(warningBelow)) * HEADROOM;
  const at = (value: string) => ({ "--at": Math.min(1, Number(value) / end) }) as CSSProperties;
  return (
    <section aria-labelledby="cover">
      <h2 id="cover">{t("cover.heading")}</h2>
      <p className="office-told">
        {cover === null ? t("cover.nothingNeeded") : t(`cover.standing.${position.standing}`, { cover: percent(shortened(cover)) })}
      </p>
      {cover !== null && (
        <div className={`liability-cover ${position.standing}`} aria-hidden="true">
          <span className="liability-cover-bar">
            <span style={at(cover)} />
          </span>
          <span className="liability-threshold low" style={at(minimum)}>
            <span>{t("cover.minimum", { share: percent(minimum) })}</span>
          </span>
          <span className="liability-threshold" style={at(warningBelow)}>
            <span>{t("cover.warning", { share: percent(warningBelow) })}</span>
          </span>
        </div>
      )}
      {stoppedAt && (
        <p className="office-verdict differs" role="status">
          {t("cover.stopped", { when: dateTime(stoppedAt) })}
        </p>
      )}
      <dl className="office-facts">
        <Fact label={t("cover.cash")} value={money(position.cash)} strong />
        <Fact label={t("cover.fromAccount")} value={money(position.fromAccount)} />
        <Fact label={t("cover.fromSettlement")} value={money(position.fromSettlement)} />
        <Fact label={t("cover.need")} value={money(position.need.expected)} strong />
        <Fact label={t("cover.range")} value={`${money(position.need.low)} – ${money(position.need.high)}`} />
        {/[1-9]/.test(position.lacking.amount) ? (
          <Fact label={t("cover.lacking")} value={money(position.lacking)} strong />
        ) : (
          <Fact label={t("cover.distributable")} value={money(position.distributable)} />
        )}
        {cover !== null && <Fact label={t("cover.cover")} value={percent(shortened(cover))} strong />}
        <Fact label={t("cover.warningIs")} value={percent(warningBelow)} />
        <Fact label={t("cover.minimumIs")} value={percent(minimum)} />
      </dl>
    </section>
  );
}

export const Fact = ({ label, value, strong = false }: { label: string; value: string; strong?: boolean }) => (
  <div className={strong ? "strong" : undefined}>
    <dt>{label}</dt>
    <dd className="figures">{value}</dd>
  </div>
);

export function NeedBySponsor({ position }: { position: Position }) {
  const { t } = useTranslation("office");
  const { money } = useFormats();
  return (
    <ChartFrame heading={t("need.heading")} told={t("need.told")}>
      <div className="liability-one-sided">
        <DivergingBars
        label={t("need.heading")}
        bars={position.needBySponsor.map(({ sponsor, need }) => ({
          key: sponsor.slug,
          label: <PartnerName partner={sponsor} />,
          value: need.amount,
          shown: money(need),
          tone: toneOf(sponsor.hue),
        }))}
        total={{ label: t("liability.all"), shown: money(position.need.expected) }}
        />
      </div>
    </ChartFrame>
  );
}

export function Scenarios({ reserve }: { reserve: Reserve }) {
  const { t } = useTranslation("office");
  const { money, percent, points } = useFormats();
  return (
    <section aria-labelledby="scenarios">
      <h2 id="scenarios">{t("scenarios.heading")}</h2>
      <p className="office-told">{t("scenarios.told")}</p>
      <div className="office-table" tabIndex={0} role="group" aria-label={t("scenarios.heading")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("scenarios.if")}</th>
              <th scope="col" className="number">
                {t("scenarios.further")}
              </th>
              <th scope="col" className="number">
                {t("cover.need")}
              </th>
              <th scope="col" className="number">
                {t("cover.cover")}
              </th>
            </tr>
          </thead>
          <tbody>
            {reserve.scenarios.map((one) => (
              <tr key={one.scenario}>
                <th scope="row">{wordFor(t, "scenarios.names", one.scenario)}</th>
                <td className="number figures">{points(one.further.expected)}</td>
                <td className="number figures">{money(one.need.expected)}</td>
                <td className={one.standing === "COVERED" ? "number figures" : "number figures office-short"}>
                  {one.cover === null ? "–" : percent(shortened(one.cover))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function CoverDays({ reserve }: { reserve: Reserve }) {
  const { t } = useTranslation("office");
  const { percent, day } = useFormats();
  const days = reserve.history.filter((one) => one.cover !== null);
  if (days.length < 2) return null;
  const shown = (value: string) => percent(shortened(value));
  const names = days.map((one) => day(one.asOf));
  return (
    <ChartFrame
      heading={t("days.heading")}
      told={t("days.told")}
      figures={{
        columns: [t("days.day"), t("cover.cover"), t("cover.warningIs"), t("cover.minimumIs")],
        rows: days.map((one, at) => [names[at] ?? "", shown(one.cover ?? "0"), shown(one.coverWarning), shown(one.coverMinimum)]),
      }}
    >
      <LineChart
        places={names}
        shown={shown}
        series={[{ name: "cover", label: t("cover.cover"), values: days.map((one) => one.cover) }]}
        thresholds={[
          { label: t("cover.minimumIs"), value: reserve.position.minimum },
          { label: t("cover.warningIs"), value: reserve.position.warningBelow },
        ]}
      />
    </ChartFrame>
  );
}
