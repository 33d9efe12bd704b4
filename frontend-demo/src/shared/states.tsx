/** What stands in place of figures: nothing yet, not yet, not possible. */

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Bone, Notice } from "./chrome";
import "./states.css";

/** The server could not be reached; what it was asked may be asked again. */
export function Failed({ again }: { again: () => void }) {
  const { t } = useTranslation("common");
  return (
    <Notice urgent heading={t("unreachable.heading")} action={{ label: t("retry"), act: again }}>
      <p>{t("unreachable.text")}</p>
    </Notice>
  );
}

/** A list that is empty says why, and what would fill it. */
export function Empty({ heading, children }: { heading: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-heading">{heading}</p>
      {children}
    </div>
  );
}

/** The shape of a page of figures that is on its way. */
export function WaitingSheet({ lines = 6 }: { lines?: number }) {
  const { t } = useTranslation("common");
  return (
    <div className="waiting-sheet" aria-busy="true">
      <Bone width="14rem" height="1.75rem" />
      {Array.from({ length: lines }, (_, line) => (
        <Bone key={line} width="100%" height="2.5rem" />
      ))}
      <p className="unseen" role="status">
        {t("loading")}
      </p>
    </div>
  );
}
