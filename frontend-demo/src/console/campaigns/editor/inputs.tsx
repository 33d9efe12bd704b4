/** Inputs of the editor, each with its label and with what the server said of its place. */

import { type ReactElement, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../../../shared/field";
import { useEditing, wrongAt } from "./editing";

interface PlacedProps {
  label: string;
  /** Its place among the terms. */
  at: string;
  hint?: string | undefined;
  children: ReactElement<{ id?: string; "aria-describedby"?: string; "aria-invalid"?: boolean }>;
}

export function Placed({ label, at, hint, children }: PlacedProps) {
  const { refusals } = useEditing();
  return (
    <Field label={label} hint={hint} wrong={wrongAt(refusals, at)}>
      {children}
    </Field>
  );
}

interface TypedProps {
  label: string;
  at: string;
  hint?: string | undefined;
  value: string;
  put: (value: string) => void;
  /** A figure: to the right, with a keyboard of digits. */
  figure?: boolean;
  /** What stands behind it, such as a currency. */
  type?: "text" | "date" | "time";
}

export function Typed({ label, at, hint, value, put, figure = false, type = "text" }: TypedProps) {
  return (
    <Placed label={label} at={at} hint={hint}>
      <input
        type={type}
        className={figure ? "figures number" : undefined}
        inputMode={figure ? "decimal" : undefined}
        autoComplete="off"
        value={value}
        onChange={(event) => put(event.target.value)}
      />
    </Placed>
  );
}

interface ChosenProps<V extends string> {
  label: string;
  at: string;
  value: V;
  put: (value: V) => void;
  options: readonly (readonly [V, string])[];
}

export function Chosen<V extends string>({ label, at, value, put, options }: ChosenProps<V>) {
  return (
    <Placed label={label} at={at}>
      <select value={value} onChange={(event) => put(event.target.value as V)}>
        {options.map(([one, called]) => (
          <option key={one} value={one}>
            {called}
          </option>
        ))}
      </select>
    </Placed>
  );
}

interface TogglesProps<V extends string | number> {
  label: string;
  values: readonly V[];
  put: (values: V[]) => void;
  options: readonly (readonly [V, string])[];
}

export function Toggles<V extends string | number>({ label, values, put, options }: TogglesProps<V>) {
  return (
    <fieldset className="toggles">
      <legend>{label}</legend>
      <div>
        {options.map(([one, called]) => (
          <label key={one}>
            <input
              type="checkbox"
              checked={values.includes(one)}
              onChange={(event) => put(options.map(([value]) => value).filter((value) => (value === one ? event.target.checked : values.includes(value))))}
            />
            <span>{called}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export interface Option {
  value: string;
  label: string;
}

interface PickerProps {
  label: string;
  at: string;
  values: readonly string[];
  put: (values: string[]) => void;
  options: readonly Option[];
  /** Whether a word that is not among the options may be taken, too. */
  free?: boolean;
  /** Asked with what is typed, where the options come by searching. */
  search?: (words: string) => void;
  hint?: string | undefined;
}

/** Several values, each a chip; more are picked from a list that narrows while one types. */
export function Picker({ label, at, values, put, options, free = false, search, hint }: PickerProps) {
  const { refusals } = useEditing();
  return (
    <div className="picker">
      <Field label={label} hint={hint} wrong={wrongAt(refusals, at)}>
        <Picked values={values} put={put} options={options} free={free} search={search} />
      </Field>
      <Chips values={values} put={put} options={options} />
    </div>
  );
}

type PickedProps = Omit<PickerProps, "label" | "at" | "hint" | "search"> & {
  search?: ((words: string) => void) | undefined;
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
};

export function Picked({ values, put, options, free = false, search, ...told }: PickedProps) {
  const list = useId();
  const [typed, setTyped] = useState("");
  const take = (words: string, whole: boolean) => {
    const found = options.find(({ value, label }) => label === words || value === words);
    const value = found?.value ?? (free && whole ? words.trim() : "");
    if (value === "") return false;
    if (!values.includes(value)) put([...values, value]);
    setTyped("");
    return true;
  };
  const change = (words: string) => {
    if (take(words, false)) return;
    setTyped(words);
    search?.(words);
  };
  return (
    <>
      <input
        {...told}
        type="text"
        list={list}
        autoComplete="off"
        value={typed}
        onChange={(event) => change(event.target.value)}
        onBlur={() => typed && take(typed, true)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          take(typed, true);
        }}
      />
      <datalist id={list}>
        {options.filter(({ value }) => !values.includes(value)).map(({ value, label }) => (
          <option key={value} value={label === value ? value : label} />
        ))}
      </datalist>
    </>
  );
}

export function Chips({ values, put, options }: Pick<PickerProps, "values" | "put" | "options">) {
  const { t } = useTranslation("campaigns");
  if (values.length === 0) return null;
  const called = (value: string) => options.find((option) => option.value === value)?.label ?? value;
  return (
    <ul className="chips">
      {values.map((value) => (
        <li key={value}>
          {called(value)}
          <button type="button" aria-label={t("editor.remove", { what: called(value) })} onClick={() => put(values.filter((one) => one !== value))}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
