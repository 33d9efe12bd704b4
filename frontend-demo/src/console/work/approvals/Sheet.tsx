/** What was chosen of all that waits: its sort, whom and what it is about, who asked; then what is agreed to. */

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useHeading } from "../parts";

interface Props {
  heading: string;
  about: ReactNode;
  asked: ReactNode;
  /** Whether somebody chose it, rather than it being the first. */
  named: boolean;
  children: ReactNode;
}

export function Sheet({ heading, about, asked, named, children }: Props) {
  const { t } = useTranslation("work");
  const title = useHeading(named);
  return (
    <article className="work-sheet" aria-labelledby="approval">
      <Link href="/tasks/approvals" className="work-back">
        {t("approvals.back")}
      </Link>
      <header>
        <h2 id="approval" ref={title} tabIndex={-1}>
          {heading}
        </h2>
        <p className="approval-about">{about}</p>
        <p className="work-quiet">{asked}</p>
      </header>
      {children}
    </article>
  );
}
