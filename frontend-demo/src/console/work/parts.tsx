/** Small parts that the lists of work share: how long something waits, until when, facts, and who may do it. */

import { type ReactNode, type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../shared/formatting";
import { ageInDays } from "./ages";

/** "for 3 days", "since today". */
export function Age({ since, now }: { since: string; now: string }) {
  const { t } = useTranslation("work");
  const { dateTime } = useFormats();
  const days = ageInDays(since, now);
  return (
    <time className="work-age" dateTime={since} title={dateTime(since)}>
      {days > 0 ? t("age.days", { count: days }) : t("age.today")}
    </time>
  );
}

/** "until 3 March", in red once it is past. */
export function Due({ at, now }: { at: string; now: string }) {
  const { t } = useTranslation("work");
  const { day } = useFormats();
  const late = at < now;
  return (
    <time className={late ? "work-due late" : "work-due"} dateTime={at}>
      {t(late ? "due.past" : "due.until", { day: day(at) })}
    </time>
  );
}

/** The heading of what was chosen takes the focus, so that it is read out and the keyboard goes on there. */
export function useHeading(chosen: boolean): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (chosen) heading.current?.focus({ preventScroll: true });
  }, [chosen]);
  return heading;
}

export interface Fact {
  name: string;
  value: ReactNode;
  figure?: boolean;
}

export function Facts({ of }: { of: readonly (Fact | false | null)[] }) {
  return (
    <dl className="work-facts">
      {of.filter((fact) => fact !== false && fact !== null).map(({ name, value, figure }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={figure ? "figures" : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface BesideProps {
  heading?: ReactNode;
  list: ReactNode;
  chosen: boolean;
  children: ReactNode;
}

/** A list at the left and what is chosen of it at the right; one after the other in the hand. */
export function Beside({ heading, list, chosen, children }: BesideProps) {
  return (
    <div className={chosen ? "work-beside chosen" : "work-beside"}>
      {heading && <div className="work-beside-heading">{heading}</div>}
      <div className="work-beside-list">{list}</div>
      <div className="work-beside-chosen">{children}</div>
    </div>
  );
}

export function Why({ children }: { children: ReactNode }) {
  return <p className="work-why">{children}</p>;
}
