/** Cards and milestones: what is counted, how far, and what is won. */

import { useTranslation } from "react-i18next";

import { type Counted, type Period, points, type Rule, type RuleOf } from "../terms/terms";
import { useEditing } from "./editing";
import { Chosen, Typed } from "./inputs";
import { BandsInput, PrizeInput, RemoveRow } from "./PrizeInput";

export const PERIODS: readonly (Period | "WHOLE")[] = ["WHOLE", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];
const COUNTED: readonly Counted[] = ["TIMES", "ITEMS", "AMOUNT"];

export const periodOf = (chosen: Period | "WHOLE"): Period | null => (chosen === "WHOLE" ? null : chosen);

interface Props<K extends Rule["kind"]> {
  rule: RuleOf<K>;
  put: (rule: Rule) => void;
}

export function CardFields({ rule, put }: Props<"CARD">) {
  const { t } = useTranslation("campaigns");
  const { speaker } = useEditing();
  return (
    <>
      <CountedInput at="rule.card.counted" rule={rule} put={put} />
      <Typed
        label={t(`counted.every.${rule.counted}`, { currency: speaker.currency })}
        at="rule.card.every"
        figure
        value={rule.every}
        put={(every) => put({ ...rule, every })}
      />
      <PrizeInput at="rule.card.prize" prize={rule.prize} put={(prize) => put({ ...rule, prize })} />
      <label className="check">
        <input type="checkbox" checked={rule.atFirst} onChange={(event) => put({ ...rule, atFirst: event.target.checked })} />
        {t("counted.atFirst")}
      </label>
      <Anew at="rule.card.period" rule={rule} put={put} />
      <Typed label={t("counted.days")} at="rule.card.days" figure value={rule.days} put={(days) => put({ ...rule, days })} />
      {rule.counted === "TIMES" && <BandsInput at="rule.card.bands" gives="stamps" bands={rule.bands} put={(bands) => put({ ...rule, bands })} />}
    </>
  );
}

export function MilestonesFields({ rule, put }: Props<"MILESTONES">) {
  const { t } = useTranslation("campaigns");
  const { speaker } = useEditing();
  const change = (place: number, mark: Partial<(typeof rule.marks)[number]>) =>
    put({ ...rule, marks: rule.marks.map((one, where) => (where === place ? { ...one, ...mark } : one)) });
  return (
    <>
      <CountedInput at="rule.milestones.counted" rule={rule} put={put} />
      <fieldset className="rows">
        <legend>{t("counted.marks")}</legend>
        {rule.marks.map(({ at, prize }, place) => (
          <div key={place} className="row">
            <Typed
              label={t(`counted.at.${rule.counted}`, { currency: speaker.currency })}
              at={`rule.milestones.marks.${place}.at`}
              figure
              value={at}
              put={(reached) => change(place, { at: reached })}
            />
            <PrizeInput at={`rule.milestones.marks.${place}.prize`} prize={prize} put={(won) => change(place, { prize: won })} />
            <RemoveRow what={String(place + 1)} remove={() => put({ ...rule, marks: rule.marks.filter((_, where) => where !== place) })} />
          </div>
        ))}
        <button type="button" className="tool" onClick={() => put({ ...rule, marks: [...rule.marks, { at: "", prize: points("50") }] })}>
          {t("counted.addMark")}
        </button>
      </fieldset>
      <Anew at="rule.milestones.period" rule={rule} put={put} />
    </>
  );
}

function CountedInput({ at, rule, put }: { at: string; rule: RuleOf<"CARD" | "MILESTONES">; put: (rule: Rule) => void }) {
  const { t } = useTranslation("campaigns");
  return (
    <Chosen label={t("counted.what")} at={at} value={rule.counted} put={(counted) => put({ ...rule, counted, bands: [] })} options={COUNTED.map((one) => [one, t(`counted.${one}`)] as const)} />
  );
}

function Anew({ at, rule, put }: { at: string; rule: RuleOf<"CARD" | "MILESTONES">; put: (rule: Rule) => void }) {
  const { t } = useTranslation("campaigns");
  return (
    <Chosen
      label={t("counted.anew")}
      at={at}
      value={rule.period ?? "WHOLE"}
      put={(period) => put({ ...rule, period: periodOf(period) })}
      options={PERIODS.map((one) => [one, t(`periods.${one}`)] as const)}
    />
  );
}
