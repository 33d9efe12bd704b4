/** When a campaign holds: from which day to which, on which days and hours, for purchases or for other things members do. */

import { useTranslation } from "react-i18next";

import { beginningOf, dayAt, plusDays } from "../terms/days";
import { NEW_RULE, onPurchases } from "../terms/terms";
import { weekdayName } from "../terms/wording";
import { ConditionPart } from "./ConditionPart";
import { useEditing } from "./editing";
import { Chosen, Toggles, Typed } from "./inputs";
import { RemoveRow } from "./PrizeInput";

const WEEK = [1, 2, 3, 4, 5, 6, 7];
const OF_A_DAY = new Set(["BIRTHDAY", "ANNIVERSARY"]);

export function WhenPart() {
  const { t } = useTranslation("campaigns");
  const { terms, put, speaker, timeZone } = useEditing();
  const lastDay = terms.endsAt === null ? "" : plusDays(dayAt(terms.endsAt, timeZone), -1);
  return (
    <>
      <div className="fields">
        <Typed
          type="date"
          label={t("when.startsAt")}
          at="startsAt"
          value={dayAt(terms.startsAt, timeZone)}
          put={(day) => day && put({ startsAt: beginningOf(day, timeZone) })}
        />
        <Typed
          type="date"
          label={t("when.endsAt")}
          at="endsAt"
          hint={t("when.endsHint")}
          value={lastDay}
          put={(day) => put({ endsAt: day ? beginningOf(plusDays(day, 1), timeZone) : null })}
        />
      </div>
      <Triggers />
      <Toggles label={t("when.weekdays")} values={terms.weekdays} put={(weekdays) => put({ weekdays })} options={WEEK.map((day) => [day, weekdayName(speaker.language, day, "short")] as const)} />
      <Hours />
      <h3>{t("condition.heading")}</h3>
      <ConditionPart />
    </>
  );
}

function Triggers() {
  const { t } = useTranslation("campaigns");
  const { terms, put, choices } = useEditing();
  const purchases = onPurchases(terms);
  const types = choices.actionTypes.map(({ name }) => name);
  const first = types[0];
  const choose = (on: "purchases" | "actions") => {
    if (on === "purchases") return put({ triggers: ["PURCHASE"], daysBefore: "", daysAfter: "" });
    if (first) put({ triggers: [first], rule: NEW_RULE.FLAT, condition: { kind: "group", how: "all", of: [] } });
  };
  return (
    <>
      {first && (
        <Chosen
          label={t("when.answers")}
          at="when.triggers"
          value={purchases ? "purchases" : "actions"}
          put={choose}
          options={[["purchases", t("when.purchases")], ["actions", t("when.actions")]]}
        />
      )}
      {!purchases && <Toggles label={t("when.actions")} values={terms.triggers} put={(triggers) => triggers.length && put({ triggers })} options={types.map((type) => [type, type] as const)} />}
      {terms.triggers.some((trigger) => OF_A_DAY.has(trigger)) && (
        <div className="fields">
          <Typed label={t("when.daysBefore")} at="when.daysBefore" figure value={terms.daysBefore} put={(daysBefore) => put({ daysBefore })} />
          <Typed label={t("when.daysAfter")} at="when.daysAfter" figure value={terms.daysAfter} put={(daysAfter) => put({ daysAfter })} />
        </div>
      )}
    </>
  );
}

function Hours() {
  const { t } = useTranslation("campaigns");
  const { terms, put } = useEditing();
  const change = (at: number, hours: Partial<{ start: string; end: string }>) =>
    put({ hours: terms.hours.map((one, place) => (place === at ? { ...one, ...hours } : one)) });
  return (
    <fieldset className="rows">
      <legend>{t("when.hours")}</legend>
      {terms.hours.map((hours, at) => (
        <div key={at} className="row">
          <Typed type="time" label={t("when.start")} at={`when.hours.${at}.start`} value={hours.start} put={(start) => change(at, { start })} />
          <Typed type="time" label={t("when.end")} at={`when.hours.${at}.end`} value={hours.end} put={(end) => change(at, { end })} />
          <RemoveRow what={`${hours.start}–${hours.end}`} remove={() => put({ hours: terms.hours.filter((_, place) => place !== at) })} />
        </div>
      ))}
      <button type="button" className="tool" onClick={() => put({ hours: [...terms.hours, { start: "16:00", end: "18:00" }] })}>
        {t("when.addHours")}
      </button>
    </fieldset>
  );
}
