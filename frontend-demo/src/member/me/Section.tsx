/** A page about oneself: the way back, its heading, what it is for. */

import type { ReactNode } from "react";
import { Link } from "wouter";

interface Props {
  title: ReactNode;
  back: { to: string; label: string };
  lead?: ReactNode;
  children: ReactNode;
}

export function Section({ title, back, lead, children }: Props) {
  return (
    <div className="me">
      <Link href={back.to} className="me-back">
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M14.500 5.500L8 12l6.500 6.500" />
        </svg>
        {back.label}
      </Link>
      <h1>{title}</h1>
      {lead && <p className="me-lead">{lead}</p>}
      {children}
    </div>
  );
}
