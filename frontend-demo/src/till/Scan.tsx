/** The one field of the till: a scanner types into it and sends Enter, a hand searches. */

import { type KeyboardEvent, type RefObject, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Article } from "./documents";
import { scanned } from "./scanning";
import type { Catalogue } from "./useCatalogue";
import { useScan } from "./useScan";

interface Props {
  field: RefObject<HTMLInputElement | null>;
  catalogue: Catalogue;
  onReferral: (code: string) => void;
}

const PAUSE_MS = 150;
const LEAST = 2;

export function Scan({ field, catalogue, onReferral }: Props) {
  const { t } = useTranslation("till");
  const id = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(-1);
  const found = useSuggestions(catalogue, text);
  const scan = useScan(catalogue, onReferral);
  useEffect(() => field.current?.focus(), [field]);
  const clear = () => {
    setText("");
    setAt(-1);
  };
  const enter = () => {
    const chosen = found[at];
    clear();
    if (chosen) scan.add(chosen);
    else void scan.act(text);
  };
  const heard = (event: KeyboardEvent) => {
    if (event.key === "Enter") enter();
    else if (event.key === "ArrowDown") setAt((before) => Math.min(found.length - 1, before + 1));
    else if (event.key === "ArrowUp") setAt((before) => Math.max(-1, before - 1));
    else if (event.key === "Escape") clear();
    else return;
    event.preventDefault();
  };
  const open = found.length > 0;
  return (
    <div className="till-scan">
      <label htmlFor={id}>{t("scan.label")}</label>
      <div className="till-scan-field">
        <input
          ref={field}
          id={id}
          className="input"
          role="combobox"
          aria-expanded={open}
          aria-controls={`${id}-found`}
          aria-activedescendant={open && at >= 0 ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          aria-keyshortcuts="F2"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          enterKeyHint="enter"
          placeholder={t("scan.hint")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(-1);
          }}
          onKeyDown={heard}
        />
        <kbd>F2</kbd>
        <ul id={`${id}-found`} role="listbox" aria-label={t("scan.found")} className="till-found" hidden={!open}>
          {found.map((article, place) => (
            <li
              key={article.sku}
              id={`${id}-${place}`}
              role="option"
              aria-selected={place === at}
              onPointerDown={(event) => {
                event.preventDefault();
                clear();
                scan.add(article);
              }}
            >
              <span>{article.name}</span>
              {article.sku !== article.name && <span className="till-sku">{article.sku}</span>}
            </li>
          ))}
        </ul>
      </div>
      <p className={scan.said && !scan.said.good ? "till-said bad" : "till-said"} role="status">
        {scan.busy ? t("scan.looking") : scan.said?.text}
      </p>
    </div>
  );
}

/** Goods that fit what is typed; a card's number has none. */
function useSuggestions(catalogue: Catalogue, text: string): readonly Article[] {
  const [found, setFound] = useState<{ text: string; articles: readonly Article[] }>({ text: "", articles: [] });
  const wanted = text.trim();
  const { is } = scanned(wanted);
  const searched = wanted.length >= LEAST && (is === "words" || is === "number") ? wanted : "";
  useEffect(() => {
    if (!searched) return;
    let still = true;
    const timer = setTimeout(() => {
      void catalogue.find(searched).then((articles) => still && setFound({ text: searched, articles }));
    }, PAUSE_MS);
    return () => {
      still = false;
      clearTimeout(timer);
    };
  }, [catalogue.find, searched]);
  return searched && found.text === searched ? found.articles : [];
}
