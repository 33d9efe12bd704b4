/** The open cycle day by day, for one partner: where it stands and how it came there. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { ChartFrame } from "../../shared/charts/frame";
import { LineChart } from "../../shared/charts/LineChart";
import { Bone } from "../../shared/chrome";
import { useFormats } from "../../shared/formatting";
import { toneOf } from "../../shared/partner";
import { Cycles, House } from "../documents";
import { Running } from "./documents";

export default function RunningChart() {
  const { t } = useTranslation("cycles");
  const { day, signedDecimal, points } = useFormats();
  const [{ data }] = useQuery({ query: Running, requestPolicy: "cache-and-network" });
  const [{ data: told }] = useQuery({ query: Cycles });
  const [{ data: house }] = useQuery({ query: House });
  if (!data || !told || !house) return <Bone width="100%" height="22rem" />;
  const own = house.viewer.partner;
  const days = data.runningPosition.days.filter((one) => one.partner?.slug === own?.slug);
  const open = told.cycles.nodes.find(({ state }) => state === "OPEN");
  if (!own || !open || days.length < 2) return null;
  return (
    <ChartFrame
      heading={t("own.running")}
      told={t("own.runningTold", { cycle: open.name })}
      figures={{
        columns: [t("own.day"), t("own.position"), t("own.issued"), t("own.redeemed")],
        rows: days.map((one) => [day(one.day), signedDecimal(one.position, 2), points(one.issued), points(one.redeemed)]),
      }}
    >
      <LineChart
        places={days.map((one) => day(one.day))}
        shown={(value) => signedDecimal(value, 2)}
        short={(value) => signedDecimal(value)}
        series={[
          { name: "position", label: signedDecimal(days.at(-1)?.position ?? "0", 2), values: days.map((one) => one.position), tone: toneOf(own.hue) },
        ]}
      />
    </ChartFrame>
  );
}

/** A day without an hour, at an hour that is that day in every time zone of the coalition's. */
