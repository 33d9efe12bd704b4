/** How many points are out, cycle by cycle, and how much of what was issued will have been redeemed, as ranges. */

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";

import { ChartFrame } from "../../../shared/charts/frame";
import { LineChart } from "../../../shared/charts/LineChart";
import { Bone } from "../../../shared/chrome";
import { useFormats } from "../../../shared/formatting";
import { type Liability, OutstandingAt } from "./documents";

interface Point {
  name: string;
  outstanding: string;
  low: string;
  expected: string;
  high: string;
}

interface Cycle {
  name: string;
  cutOffAt: string | null;
}

/** What was out at each cut-off, and now. */
function useCurve(sponsor: string | null, cycles: readonly Cycle[], now: string): readonly Point[] | null {
  const client = useClient();
  const [points, setPoints] = useState<readonly Point[] | null>(null);
  const { t } = useTranslation("office");
  const key = cycles.map((cycle) => cycle.name).join(" ");
  useEffect(() => {
    let still = true;
    setPoints(null);
    const places = cycles.flatMap(({ name, cutOffAt }) => (cutOffAt ? [{ name, at: cutOffAt }] : [])).reverse();
    const asked = [...places, { name: t("liability.now"), at: null }].map(async ({ name, at }) => {
      const { data } = await client.query(OutstandingAt, { sponsor, at }).toPromise();
      return data?.liability ? [{ name, outstanding: data.liability.outstanding, ...data.liability.further }] : [];
    });
    void Promise.all(asked).then((found) => still && setPoints(found.flat()));
    return () => {
      still = false;
    };
  }, [client, sponsor, key, now, t]);
  return points;
}

export function Outstanding({ sponsor, cycles, liability }: { sponsor: string | null; cycles: readonly Cycle[]; liability: Liability }) {
  const { t } = useTranslation("office");
  const { points: shown } = useFormats();
  const curve = useCurve(sponsor, cycles, liability.asOf);
  const told = t("liability.outstanding.told", { points: shown(liability.outstanding), expected: shown(liability.further.expected) });
  if (!curve) {
    return (
      <ChartFrame heading={t("liability.outstanding.heading")} told={told}>
        <Bone width="100%" height="280px" />
      </ChartFrame>
    );
  }
  return (
    <ChartFrame
      heading={t("liability.outstanding.heading")}
      told={told}
      figures={{
        columns: [t("liability.cycle"), t("liability.outstanding.out"), t("liability.low"), t("liability.expected"), t("liability.high")],
        rows: curve.map((one) => [one.name, shown(one.outstanding), shown(one.low), shown(one.expected), shown(one.high)]),
      }}
    >
      <LineChart
        places={curve.map((one) => one.name)}
        shown={shown}
        series={[
          {
            name: "expected",
            label: t("liability.outstanding.further"),
            values: curve.map((one) => one.expected),
            range: curve.map((one) => [one.low, one.high] as const),
            dashed: true,
          },
          ...(curve.some((one) => one.outstanding !== one.expected)
            ? [{ name: "outstanding", label: t("liability.outstanding.out"), values: curve.map((one) => one.outstanding) }]
            : []),
        ]}
      />
    </ChartFrame>
  );
}

const SHARE_DIGITS = 6;

/** Points of points as an exact share with six decimals. */
export function shareOf(part: string, whole: string): string {
  if (BigInt(whole) <= 0n) return "0";
  const scaled = ((BigInt(part) * 10n ** BigInt(SHARE_DIGITS)) / BigInt(whole)).toString().padStart(SHARE_DIGITS + 1, "0");
  return `${scaled.slice(0, -SHARE_DIGITS)}.${scaled.slice(-SHARE_DIGITS)}`;
}

/** The fan: what was redeemed so far of each month's points, and where it will end, nine outcomes in ten within the range. */
export function Ultimate({ liability }: { liability: Liability }) {
  const { t } = useTranslation("office");
  const { points, percent, month } = useFormats();
  const cohorts = liability.cohorts;
  const kept = cohorts.map((one) => (BigInt(one.issued) - BigInt(one.clawedBack)).toString());
  const names = cohorts.map((one) => month(`${one.month}T12:00:00Z`));
  const rounded = (share: string) => percent(Number(share).toFixed(3));
  const rate = liability.ultimateRedemptionRate;
  return (
    <ChartFrame
      heading={t("liability.ultimate.heading")}
      told={
        <>
          {t("liability.ultimate.told", { low: rounded(rate.low), expected: rounded(rate.expected), high: rounded(rate.high) })}{" "}
          {t(`liability.basis.${liability.basis}`)}
        </>
      }
      figures={{
        columns: [
          t("liability.month"),
          t("liability.issued"),
          t("liability.redeemed"),
          t("liability.expired"),
          t("liability.clawedBack"),
          t("liability.outstanding.out"),
          t("liability.low"),
          t("liability.expected"),
          t("liability.high"),
          t("liability.basedOn"),
        ],
        rows: cohorts.map((one, at) => [
          names[at] ?? "",
          points(one.issued),
          points(one.redeemed),
          points(one.expired),
          points(one.clawedBack),
          points(one.outstanding),
          rounded(one.ultimateRedemptionRate.low),
          rounded(one.ultimateRedemptionRate.expected),
          rounded(one.ultimateRedemptionRate.high),
          t(`liability.bases.${one.basis}`),
        ]),
      }}
    >
      <LineChart
        places={names}
        shown={rounded}
        series={[
          {
            name: "ultimate",
            label: t("liability.ultimate.expected"),
            values: cohorts.map((one) => one.ultimateRedemptionRate.expected),
            range: cohorts.map((one) => [one.ultimateRedemptionRate.low, one.ultimateRedemptionRate.high] as const),
            dashed: true,
          },
          { name: "redeemed", label: t("liability.ultimate.sofar"), values: cohorts.map((one, at) => shareOf(one.redeemed, kept[at] ?? "0")) },
        ]}
      />
    </ChartFrame>
  );
}
