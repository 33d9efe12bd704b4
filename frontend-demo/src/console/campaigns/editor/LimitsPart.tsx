/** How much at most: for each member, and in all. */

import { useTranslation } from "react-i18next";

import { ofPercent, percentOf } from "../terms/ratio";
import type { Cap, Terms } from "../terms/terms";
import { PERIODS, periodOf } from "./CountedFields";
import { useEditing } from "./editing";
import { Chosen, Typed } from "./inputs";
import { RemoveRow } from "./PrizeInput";

const NEW_CAP: Cap = { most: "100", of: "POINTS", per: "MEMBER", period: "DAY", hours: "", shared: "" };
const NEW_BUDGET: NonNullable<Terms["budget"]> = { unit: "points", amount: "", alert: "4/5", pacing: "AT_ONCE" };

export function LimitsPart() {
  const { t } = useTranslation("campaigns");
  const { terms, put } = useEditing();
  const change = (at: number, cap: Partial<Cap>) => put({ caps: terms.caps.map((one, place) => (place === at ? { ...one, ...cap } : one)) });
  return (
    <>
      <BudgetInput />
      <fieldset className="rows">
        <legend>{t("caps.legend")}</legend>
        {terms.caps.map((cap, at) => (
          <div key={at} className="row">
            <Typed label={t("caps.most")} at={`caps.${at}.most`} figure value={cap.most} put={(most) => change(at, { most })} />
            <Chosen label={t("caps.of")} at={`caps.${at}.of`} value={cap.of} put={(of) => change(at, { of })} options={[["POINTS", t("caps.POINTS")], ["TIMES", t("caps.TIMES")]]} />
            <Chosen label={t("caps.per")} at={`caps.${at}.per`} value={cap.per} put={(per) => change(at, { per })} options={[["MEMBER", t("caps.MEMBER")], ["HOUSEHOLD", t("caps.HOUSEHOLD")]]} />
            <Chosen
              label={t("caps.period")}
              at={`caps.${at}.period`}
              value={cap.period ?? "WHOLE"}
              put={(period) => change(at, { period: periodOf(period), hours: "" })}
              options={PERIODS.map((one) => [one, t(`periods.${one}`)] as const)}
            />
            <RemoveRow what={cap.most} remove={() => put({ caps: terms.caps.filter((_, place) => place !== at) })} />
          </div>
        ))}
        <button type="button" className="tool" onClick={() => put({ caps: [...terms.caps, NEW_CAP] })}>
          {t("caps.add")}
        </button>
      </fieldset>
    </>
  );
}

function BudgetInput() {
  const { t } = useTranslation("campaigns");
  const { terms, put, speaker } = useEditing();
  const { budget } = terms;
  const some = (change: Partial<NonNullable<Terms["budget"]>>) => budget && put({ budget: { ...budget, ...change } });
  const choose = (unit: "none" | "points" | "money") => put({ budget: unit === "none" ? null : { ...(budget ?? NEW_BUDGET), unit } });
  return (
    <div className="fields">
      <Chosen
        label={t("budget.unit")}
        at="budget"
        value={budget?.unit ?? "none"}
        put={choose}
        options={[["none", t("budget.none")], ["points", t("budget.points")], ["money", t("budget.money")]]}
      />
      {budget && (
        <>
          <Typed
            label={budget.unit === "money" ? t("budget.amount", { currency: speaker.currency }) : t("rule.points")}
            at={`budget.${budget.unit}`}
            figure
            value={budget.amount}
            put={(amount) => some({ amount })}
          />
          <Chosen label={t("budget.pacing")} at="budget.pacing" value={budget.pacing} put={(pacing) => some({ pacing })} options={[["AT_ONCE", t("budget.AT_ONCE")], ["EVEN", t("budget.EVEN")]]} />
          <Typed label={t("budget.alert")} at="budget.alert" figure value={percentOf(budget.alert) ?? budget.alert} put={(alert) => some({ alert: ofPercent(alert) })} />
        </>
      )}
    </div>
  );
}
