/** How long points wait and live, and how a campaign stands beside others. */

import { useTranslation } from "react-i18next";

import type { Terms } from "../terms/terms";
import { monthName, weekdayName } from "../terms/wording";
import { useEditing } from "./editing";
import { Chosen, Typed } from "./inputs";

const EXPIRIES = ["NEVER", "MONTHS", "END_OF_MONTH", "FIXED", "INACTIVITY"] as const;
const MODES = ["ADD", "BEST", "FIRST", "EXCLUSIVE", "ALWAYS"] as const;
const ROUNDINGS = ["DOWN", "HALF_EVEN", "UP"] as const;
const WEEK = ["0", "1", "2", "3", "4", "5", "6", "7"];
const MONTHS = Array.from({ length: 12 }, (_, month) => String(month + 1));

export function LifePart() {
  const { t } = useTranslation("campaigns");
  const { terms, put, speaker } = useEditing();
  const { expiry, release } = terms;
  const some = (change: Partial<Terms["expiry"]>) => put({ expiry: { ...expiry, ...change } });
  const choose = (kind: Terms["expiry"]["kind"]) =>
    some({ kind, months: kind === "NEVER" ? "0" : expiry.months === "0" ? "12" : expiry.months, ...(kind === "FIXED" ? { month: "12", day: "31" } : { month: "0", day: "0" }) });
  return (
    <div className="fields">
      <Typed label={t("life.returnDays")} at="returnDays" hint={t("life.returnHint")} figure value={terms.returnDays} put={(returnDays) => put({ returnDays })} />
      <Chosen
        label={t("life.releaseWeekday")}
        at="release.weekday"
        value={release.weekday}
        put={(weekday) => put({ release: { ...release, weekday } })}
        options={WEEK.map((day) => [day, day === "0" ? t("life.anyDay") : weekdayName(speaker.language, Number(day))] as const)}
      />
      <Typed type="time" label={t("life.releaseAt")} at="release.at" value={release.at} put={(at) => put({ release: { ...release, at } })} />
      <Chosen label={t("life.expiry")} at="expiry.kind" value={expiry.kind} put={choose} options={EXPIRIES.map((kind) => [kind, t(`life.expiries.${kind}`)] as const)} />
      {expiry.kind !== "NEVER" && <Typed label={t("life.months")} at="expiry.months" figure value={expiry.months} put={(months) => some({ months })} />}
      {expiry.kind === "FIXED" && (
        <>
          <Chosen label={t("life.month")} at="expiry.month" value={expiry.month} put={(month) => some({ month })} options={MONTHS.map((month) => [month, monthName(speaker.language, Number(month))] as const)} />
          <Typed label={t("life.day")} at="expiry.day" figure value={expiry.day} put={(day) => some({ day })} />
        </>
      )}
    </div>
  );
}

export function BesidePart() {
  const { t } = useTranslation("campaigns");
  const { terms, put } = useEditing();
  const { stacking } = terms;
  return (
    <div className="fields">
      <Chosen
        label={t("beside.mode")}
        at="stacking.mode"
        value={stacking.mode}
        put={(mode) => put({ stacking: { mode, group: mode === "BEST" || mode === "FIRST" ? stacking.group : "" } })}
        options={MODES.map((mode) => [mode, t(`beside.modes.${mode}`)] as const)}
      />
      {(stacking.mode === "BEST" || stacking.mode === "FIRST") && (
        <Typed label={t("beside.group")} at="stacking.group" hint={t("beside.groupHint")} value={stacking.group} put={(group) => put({ stacking: { ...stacking, group } })} />
      )}
      <Chosen label={t("beside.rounding")} at="rounding" value={terms.rounding} put={(rounding) => put({ rounding })} options={ROUNDINGS.map((one) => [one, t(`beside.roundings.${one}`)] as const)} />
      <Typed label={t("beside.priority")} at="priority" hint={t("beside.priorityHint")} figure value={terms.priority} put={(priority) => put({ priority })} />
    </div>
  );
}
