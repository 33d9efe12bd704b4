/** Who owes whom, and what is left to pay after netting: one table, three views, one scale. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ChartFrame } from "../../shared/charts/frame";
import { HeatMap } from "../../shared/charts/heat";
import { largestOf } from "../../shared/charts/scale";
import { useFormats } from "../../shared/formatting";
import { Empty } from "../../shared/states";
import type { Netting } from "./documents";
import { PartyName } from "./Nets";
import { flowsOf, keyOf, matrixOf, partiesOf, type View } from "./parties";

const VIEWS = ["owed", "throughOperator", "peerToPeer"] as const;

export function Gross({ netting }: { netting: Netting }) {
  const { t } = useTranslation("cycles");
  const { decimal, money, percent } = useFormats();
  const [view, setView] = useState<View>("owed");
  const flows = flowsOf(netting, view);
  const matrix = matrixOf(flows);
  const parties = partiesOf(netting).map((party) => ({ key: keyOf(party), label: <PartyName party={party} /> }));
  const largest = largestOf(VIEWS.map((one) => matrixOf(flowsOf(netting, one)).largest));
  if (parties.length === 0) return <Empty heading={t("matrix.none")} />;
  const shown = (value: string) => decimal(value, 2);
  const { currency } = netting.gross;
  const straight = matrixOf(flowsOf(netting, "peerToPeer")).all;
  return (
    <ChartFrame
      heading={t("matrix.heading")}
      told={t("matrix.told", {
        gross: money(netting.gross),
        paid: money({ amount: straight, currency }),
        saved: percent(rounded(netting.efficiency)),
      })}
      tools={<Views view={view} onChange={setView} />}
    >
      <p className="matrix-count" role="status">
        {t(view === "owed" ? "matrix.obligations" : "matrix.payments", { count: flows.length })}
      </p>
      <HeatMap
        caption={`${t("matrix.heading")}: ${t(`matrix.views.${view}`)}`}
        corner={t("matrix.corner")}
        rows={parties}
        columns={parties}
        largest={largest}
        cell={(from, to) => {
          const value = matrix.at(from, to);
          return value === null ? null : { value, shown: shown(value) };
        }}
        totals={{
          label: t("matrix.total"),
          ofRow: (from) => shown(matrix.ofRow(from)),
          ofColumn: (to) => shown(matrix.ofColumn(to)),
          all: shown(matrix.all),
        }}
      />
    </ChartFrame>
  );
}

/** A share of one to a thousandth, cut rather than rounded up: netting saves no less than is said. */
const rounded = (share: string) => share.replace(/(\.\d{3})\d+$/, "$1");

function Views({ view, onChange }: { view: View; onChange: (view: View) => void }) {
  const { t } = useTranslation("cycles");
  return (
    <fieldset className="choice">
      <legend className="unseen">{t("matrix.view")}</legend>
      {VIEWS.map((one) => (
        <label key={one}>
          <input type="radio" name="matrix-view" checked={view === one} onChange={() => onChange(one)} />
          <span>{t(`matrix.views.${one}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
