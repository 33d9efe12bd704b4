/** A value to take along: to be selected, or copied with one button. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../../../shared/field";

export function Copyable({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation("office");
  const [copied, setCopied] = useState<"yes" | "no" | null>(null);
  const copy = () => {
    // Not every browser lets a page write to the clipboard; the value can always be selected.
    if (!("clipboard" in navigator)) return setCopied("no");
    navigator.clipboard.writeText(value).then(
      () => setCopied("yes"),
      () => setCopied("no"),
    );
  };
  return (
    <div className="partners-copy">
      <Field label={label}>
        <input readOnly value={value} onFocus={(event) => event.target.select()} />
      </Field>
      <button type="button" className="quiet-action" onClick={copy}>
        {t("copy.copy")}
      </button>
      <p className="office-told" role="status">
        {copied && t(copied === "yes" ? "copy.done" : "copy.select")}
      </p>
    </div>
  );
}
