/** What a campaign has brought: members it was for against those it left out, with the interval the difference lies in. */

import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Bone } from "../../../shared/chrome";
import { useFormats } from "../../../shared/formatting";
import { wordFor } from "../../../shared/i18n";
import { Uplift, type UpliftFound } from "../documents";

export function UpliftView({ id }: { id: string }) {
  const { t } = useTranslation("campaigns");
  const [{ data, error }] = useQuery({ query: Uplift, variables: { id } });
  const code = String(error?.graphQLErrors[0]?.extensions["code"] ?? "");
  return (
    <div className="uplift">
      <h3>{t("uplift.heading")}</h3>
      {data ? <Found found={data.campaignUplift} /> : error ? <p>{wordFor(t, "uplift.refused", code || "UNREACHABLE")}</p> : <Bone width="100%" height="10rem" />}
    </div>
  );
}

function Found({ found }: { found: UpliftFound }) {
  const { t } = useTranslation("campaigns");
  const { money, day, decimal, points } = useFormats();
  const { difference, incremental } = found;
  return (
    <>
      <p>{t(difference.significant ? "uplift.more" : "uplift.unclear", { value: money(difference.value), low: money(difference.low), high: money(difference.high) })}</p>
      <Interval found={found} />
      <table className="sheet-table">
        <caption>{t("uplift.groups", { from: day(found.startsAt), until: day(found.endsAt) })}</caption>
        <thead>
          <tr>
            <th scope="col">{t("uplift.group")}</th>
            <th scope="col" className="number">{t("uplift.members")}</th>
            <th scope="col" className="number">{t("uplift.buyers")}</th>
            <th scope="col" className="number">{t("uplift.mean")}</th>
          </tr>
        </thead>
        <tbody>
          {(["treated", "control"] as const).map((name) => (
            <tr key={name}>
              <th scope="row">{t(`uplift.${name}`)}</th>
              <td className="number figures">{points(String(found[name].members))}</td>
              <td className="number figures">{points(String(found[name].buyers))}</td>
              <td className="number figures">{money(found[name].mean)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        {t("uplift.sales", { value: money(incremental.value), low: money(incremental.low), high: money(incremental.high), cost: money(found.cost) })}{" "}
        {found.costPerSale !== null && t("uplift.perSale", { cost: decimal(found.costPerSale, 2) })}
      </p>
    </>
  );
}

/** The interval on a line with zero, so that it is seen whether it leaves zero out. */
function Interval({ found: { difference } }: { found: UpliftFound }) {
  const { money } = useFormats();
  const [low, value, high] = [difference.low, difference.value, difference.high].map(({ amount }) => Number(amount)) as [number, number, number];
  const from = Math.min(0, low);
  const span = Math.max(0, high) - from || 1;
  const at = (figure: number) => (figure - from) / span;
  const style = { "--zero": at(0), "--low": at(low), "--high": at(high), "--value": at(value) } as CSSProperties;
  return (
    <div className="interval" style={style} aria-hidden="true">
      <span className="interval-zero" />
      <span className="interval-range" />
      <span className="interval-value" />
      <span className="interval-ends figures">
        <span>{money(difference.low)}</span>
        <span>{money(difference.high)}</span>
      </span>
    </div>
  );
}
