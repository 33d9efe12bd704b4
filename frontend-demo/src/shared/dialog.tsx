/** A dialog in front of the page: the browser keeps the focus inside, and Escape closes it. */

import { type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";

import "./dialog.css";

interface Props {
  heading: string;
  onClose: () => void;
  children: ReactNode;
  /** What ends it; the last is the main one. */
  actions?: ReactNode;
  wide?: boolean;
}

/** Where writing begins: the browser alone would begin at the button that closes. */
const FIRST = ".dialog-body :is(input:not([type=radio]), input:checked, select, textarea):enabled";

export function Dialog({ heading, onClose, children, actions, wide = false }: Props) {
  const { t } = useTranslation("common");
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>(FIRST)?.focus();
  }, []);
  return (
    <dialog ref={dialog} className={wide ? "dialog wide" : "dialog"} aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{heading}</h2>
        <button type="button" className="tool" aria-label={t("close")} onClick={() => dialog.current?.close()}>
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
            <path d="M6 6l12 12M18 6L6 18" />
          </svg>
        </button>
      </header>
      <div className="dialog-body">{children}</div>
      {actions && <footer>{actions}</footer>}
    </dialog>
  );
}
