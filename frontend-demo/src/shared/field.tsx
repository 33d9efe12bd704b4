/** A labelled input with its hint and what is wrong with it. */

import { type ReactElement, cloneElement, useId } from "react";

import "./field.css";

interface Props {
  label: string;
  hint?: string | undefined;
  wrong?: string | null | undefined;
  /** An input, select or textarea; it gets its id and its descriptions here. */
  children: ReactElement<{ id?: string; "aria-describedby"?: string; "aria-invalid"?: boolean }>;
}

export function Field({ label, hint, wrong, children }: Props) {
  const id = useId();
  const told = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  const input = cloneElement(children, { id, ...(told && { "aria-describedby": told }), ...(wrong && { "aria-invalid": true }) });
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {input}
      {hint && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
      {wrong && (
        <p id={`${id}-wrong`} className="field-wrong">
          {wrong}
        </p>
      )}
    </div>
  );
}
