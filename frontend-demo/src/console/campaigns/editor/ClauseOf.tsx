/** One sentence of a condition, its places to be filled. */

import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Clause, GOODS, HOW, isWhole } from "../terms/clauses";
import { type Place, templateOf } from "../terms/clauseWords";
import { anyOf, valuesOf, hourName, majorOf, minorOf } from "../terms/wording";
import { useClauseOptions } from "./clauseOptions";
import { Filled } from "./Filled";
import { useEditing } from "./editing";
import { Chips, Picked } from "./inputs";

interface Props {
  clause: Clause;
  put: (clause: Clause) => void;
  remove: () => void;
}

export function ClauseOf({ clause, put, remove }: Props) {
  const { t } = useTranslation("campaigns");
  const template = templateOf(clause);
  const some = (change: Partial<Record<string, unknown>>) => put({ ...clause, ...change } as Clause);
  const places: Partial<Record<Place, ReactNode>> = {
    ...("how" in clause && {
      how: (
        <select className="input" aria-label={t("places.how")} value={clause.how} onChange={(event) => some({ how: event.target.value })}>
          {HOW.map((how) => (
            <option key={how} value={how}>
              {t(`how.${how}`)}
            </option>
          ))}
        </select>
      ),
    }),
    ...("number" in clause && {
      amount: <MoneyInput minor={clause.number} put={(number) => some({ number })} />,
      number: (
        <input
          className="input figures narrow"
          inputMode="numeric"
          aria-label={t("places.number")}
          value={clause.number}
          onChange={(event) => some({ number: event.target.value.trim() })}
        />
      ),
    }),
    ...("field" in clause && { field: <FieldInput clause={clause} put={some} /> }),
    ...(("values" in clause || "numbers" in clause || "value" in clause) && { values: <ValuesInput clause={clause} put={some} /> }),
    ...(clause.kind === "hours" && {
      from: <HourInput label={t("places.from")} hour={clause.from} put={(from) => some({ from })} />,
      until: <HourInput label={t("places.until")} hour={clause.until} put={(until) => some({ until })} />,
    }),
  };
  return (
    <div className={isWhole(clause) ? "clause" : "clause open"}>
      <Filled template={template} places={places} />
      <button type="button" className="tool clause-remove" aria-label={t("condition.remove")} title={t("condition.remove")} onClick={remove}>
        ×
      </button>
    </div>
  );
}

/** Money as people type it; the sentence has it in minor units. */
function MoneyInput({ minor, put }: { minor: string; put: (minor: string) => void }) {
  const { t } = useTranslation("campaigns");
  const { speaker } = useEditing();
  const [typed, setTyped] = useState(() => majorOf(minor, speaker.currency));
  const shown = minorOf(typed, speaker.currency) === minor ? typed : majorOf(minor, speaker.currency);
  return (
    <span className="money-input">
      <input
        className="input figures narrow"
        inputMode="decimal"
        aria-label={t("places.amount", { currency: speaker.currency })}
        value={shown}
        onChange={(event) => {
          setTyped(event.target.value);
          put(minorOf(event.target.value, speaker.currency));
        }}
      />
      <span aria-hidden="true">{speaker.currency}</span>
    </span>
  );
}

function HourInput({ label, hour, put }: { label: string; hour: number; put: (hour: number) => void }) {
  return (
    <select className="input figures" aria-label={label} value={hour} onChange={(event) => put(Number(event.target.value))}>
      {Array.from({ length: 24 }, (_, one) => (
        <option key={one} value={one}>
          {hourName(one)}
        </option>
      ))}
    </select>
  );
}

interface InputProps<C> {
  clause: C;
  put: (change: Partial<Record<string, unknown>>) => void;
}

function FieldInput({ clause, put }: InputProps<Clause & { field: string }>) {
  const { t } = useTranslation("campaigns");
  const { choices, terms } = useEditing();
  const ofAction = clause.kind.startsWith("action");
  const kinds: Record<string, string> = { actionNumber: "WHOLE", actionText: "TEXT", actionTruth: "YES_NO" };
  const fields = choices.actionTypes
    .filter(({ name }) => terms.triggers.includes(name))
    .flatMap((type) => type.fields.filter(({ kind }) => kind === kinds[clause.kind]).map(({ name }) => name));
  const own = ofAction ? ["", ...(clause.kind === "actionText" ? ["channel", "type"] : []), ...new Set(fields)] : GOODS;
  const known = own as readonly string[];
  return (
    <select className="input" aria-label={t("places.field")} value={clause.field} onChange={(event) => put({ field: event.target.value, ...(!ofAction && { values: [] }) })}>
      {!known.includes(clause.field) && <option value={clause.field}>{clause.field}</option>}
      {known.map((field) => (
        <option key={field} value={field}>
          {ofAction ? field || "…" : t(`fields.${field as (typeof GOODS)[number]}`)}
        </option>
      ))}
    </select>
  );
}

function ValuesInput({ clause, put }: InputProps<Clause>) {
  const { t } = useTranslation("campaigns");
  const { options, search, free } = useClauseOptions(clause);
  const { speaker } = useEditing();
  const values = valuesOf(clause);
  const keep = (picked: string[]) =>
    put("numbers" in clause ? { numbers: picked.map(Number).sort((one, other) => one - other) } : "value" in clause ? { value: picked.at(-1) ?? "" } : { values: picked });
  return (
    <span className="values-input">
      <span className="unseen">{anyOf(speaker, values)}</span>
      <Chips values={values} put={keep} options={options} />
      <span className="field values-field">
        <Picked aria-label={t("places.values")} values={values} put={keep} options={options} free={free} search={search} />
      </span>
    </span>
  );
}
