/** The filter as text: typed, pasted, or put together from the ones that are used most. */

import { type Ref, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

const OFTEN = ["kind:missing", "kind:differs", "severity:error", "is:mine", "state:proposed"] as const;
const PAUSE = 250;

interface Props {
  text: string;
  unknown: readonly string[];
  onText: (text: string) => void;
  ref: Ref<HTMLInputElement>;
}

export function FilterLine({ text, unknown, onText, ref }: Props) {
  const { t } = useTranslation("work");
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const waiting = setTimeout(() => onText(typed), PAUSE);
    return () => clearTimeout(waiting);
    // Only what is typed starts the clock anew.
  }, [typed]);
  const has = (word: string) => typed.split(/\s+/).includes(word);
  const toggle = (word: string) => setTyped(has(word) ? typed.split(/\s+/).filter((one) => one !== word).join(" ") : `${typed} ${word}`.trim());
  return (
    <form className="filter-line" role="search" aria-label={t("worklist.filter")} onSubmit={(event) => (event.preventDefault(), onText(typed))}>
      <input
        ref={ref}
        className="input"
        type="search"
        aria-label={t("worklist.filter")}
        placeholder={t("worklist.filterHint")}
        value={typed}
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      <div className="filter-often">
        {OFTEN.map((word) => (
          <button key={word} type="button" className="chip" aria-pressed={has(word)} onClick={() => toggle(word)}>
            {t(`worklist.often.${word.replace(":", "_") as "kind_missing"}`)}
          </button>
        ))}
      </div>
      <p className="field-wrong" role="status">
        {unknown.length > 0 && t("worklist.unknown", { words: unknown.join(", ") })}
      </p>
    </form>
  );
}
