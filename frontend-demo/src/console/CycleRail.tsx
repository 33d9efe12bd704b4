/** The cycles as stations on a line, oldest first; the open one is lit. */

import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useFormats } from "../shared/formatting";
import type { Cycle } from "./documents";

interface Props {
  cycles: readonly Cycle[];
  /** The name of the one that is looked at. */
  current: string | null;
  hrefOf: (cycle: Cycle) => string;
}

export function CycleRail({ cycles, current, hrefOf }: Props) {
  const { t } = useTranslation("console");
  const chosen = useRef<HTMLLIElement>(null);
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current]);
  return (
    <nav className="rail" aria-label={t("cycles.label")}>
      <ol>
        {[...cycles].reverse().map((cycle) => (
          <li key={cycle.id} ref={cycle.name === current ? chosen : null} className={`station ${cycle.state}`}>
            <Link href={hrefOf(cycle)} aria-current={cycle.name === current ? "page" : undefined}>
              <span className="station-mark" aria-hidden="true" />
              <span className="station-name figures">{cycle.name}</span>
              <span className="station-state">
                <CycleState cycle={cycle} />
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function CycleState({ cycle }: { cycle: Cycle }) {
  const { t } = useTranslation("console");
  const { day } = useFormats();
  const until = cycle.state === "PROPOSED" && cycle.answerUntil;
  return <>{until ? t("cycles.answerUntil", { day: day(until) }) : t(`cycles.states.${cycle.state}`)}</>;
}
