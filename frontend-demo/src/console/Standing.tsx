/** Whether somebody has to do something about a statement, and until when. */

import { useContext } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../shared/formatting";
import type { Cycle } from "./documents";
import { OwnStatement } from "./Figures";

interface Props {
  statement: { acceptedAt: string | null; partner: { name: string } | null };
  cycle: Pick<Cycle, "state" | "answerUntil" | "approvedAt">;
  /** The coalition's time, by which an answer may be too late. */
  now: string;
}

export function Standing({ statement, cycle, now }: Props) {
  const { t } = useTranslation("console");
  const { longDay } = useFormats();
  const own = useContext(OwnStatement);
  const whose = own ? "own" : "other";
  const name = statement.partner?.name;
  if (cycle.state === "PROPOSED" && statement.acceptedAt) {
    return <p className="standing">{t(`standing.${whose}.accepted`, { name, day: longDay(statement.acceptedAt) })}</p>;
  }
  if (cycle.state === "PROPOSED" && cycle.answerUntil) {
    if (cycle.answerUntil < now) return <p className="standing">{t("standing.silent", { day: longDay(cycle.answerUntil) })}</p>;
    const told = t(`standing.${whose}.answer`, { name, day: longDay(cycle.answerUntil) });
    return <p className={own ? "standing awaits" : "standing"}>{told}</p>;
  }
  if (cycle.approvedAt) return <p className="standing">{t("standing.approved", { day: longDay(cycle.approvedAt) })}</p>;
  return <p className="standing">{t(`cycles.states.${cycle.state}`)}</p>;
}
