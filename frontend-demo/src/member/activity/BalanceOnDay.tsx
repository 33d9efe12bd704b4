/** What could be spent at the end of a day of the past. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Field } from "../../shared/field";
import { useFormats } from "../../shared/formatting";
import { MyBalanceAt } from "../documents";
import { useHeld } from "../walletContext";
import { endOfDay } from "./endOfDay";

export function BalanceOnDay() {
  const { t } = useTranslation("member");
  const { dayKey } = useFormats();
  const { now } = useHeld().known;
  const [chosen, setChosen] = useState("");
  const today = dayKey(now);
  return (
    <details className="past">
      <summary>{t("past.label")}</summary>
      <div className="past-row">
        <Field label={t("past.day")}>
          <input type="date" max={today} value={chosen} onChange={(event) => setChosen(event.target.value)} />
        </Field>
        {chosen !== "" && chosen <= today && <PastBalance chosen={chosen} />}
      </div>
    </details>
  );
}

function PastBalance({ chosen }: { chosen: string }) {
  const { t } = useTranslation(["member", "common"]);
  const { points, dayKey, day } = useFormats();
  const { now, programme } = useHeld().known;
  const at = chosen === dayKey(now) ? now : endOfDay(chosen, programme.timeZone);
  const [{ data, fetching, error }] = useQuery({ query: MyBalanceAt, variables: { at } });
  const past = data?.me.wallet.asOf;
  const failed = error !== undefined || (data !== undefined && !past);
  return (
    <p className="past-answer" role="status">
      {failed && t("past.failed")}
      {!failed && (fetching || !past) && t("common:loading")}
      {past && !fetching && (
        <>
          <strong className="figures">{t("past.available", { count: Number(past.available), points: points(past.available) })}</strong>
          <span>{t("past.at", { day: day(at) })}</span>
          {past.pending !== "0" && (
            <span>{t("past.pending", { count: Number(past.pending), points: points(past.pending) })}</span>
          )}
        </>
      )}
    </p>
  );
}
