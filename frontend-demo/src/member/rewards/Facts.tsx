/** What one should know of a reward before it is had. */

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../shared/formatting";
import type { Reward, Step } from "./documents";
import { useWords, weekdays } from "./words";

export function Facts({ reward }: { reward: Reward }) {
  const { t, i18n } = useTranslation("rewards");
  const { day, dateTime } = useFormats();
  const words = useWords();
  const hours = reward.hours.map(({ start, end }) => `${start.slice(0, 5)}–${end.slice(0, 5)}`);
  const days = reward.weekdays.length > 0 ? [weekdays(i18n.language, reward.weekdays)] : [];
  return (
    <dl className="reward-facts">
      {reward.steps.some(comes) && <Fact name={t("facts.how")}>{t(`fulfilment.${reward.fulfilment}`)}</Fact>}
      {reward.outlets.length > 0 && <Fact name={t("facts.where")}>{reward.outlets.map((outlet) => outlet.name).join(", ")}</Fact>}
      {days.length + hours.length > 0 && <Fact name={t("facts.when")}>{[...days, ...hours].join(", ")}</Fact>}
      {reward.endsAt !== null && reward.prizes.length === 0 && <Fact name={t("facts.end")}>{words.until(reward.endsAt)}</Fact>}
      {reward.tiers.length > 0 && <Fact name={t("facts.whom")}>{t("marks.tiered", { tiers: words.oneOf.format(reward.tiers) })}</Fact>}
      {reward.early.length > 0 && (
        <Fact name={t("facts.first")}>
          {reward.early.map(({ until, tiers }) => (
            <span key={until} className="reward-phase">
              {tiers.length > 0
                ? t("facts.early", { tiers: words.oneOf.format(tiers), day: day(until) })
                : t("facts.invited", { at: dateTime(until) })}
            </span>
          ))}
        </Fact>
      )}
      {reward.limits.length > 0 && <Fact name={t("facts.limit")}>{reward.limits.map(words.limit).join(" · ")}</Fact>}
      {reward.left !== null && <Fact name={t("facts.left")}>{t("facts.pieces", { count: reward.left })}</Fact>}
    </dl>
  );
}

/** Tickets wait for their draw and gifts go to their charity; all else comes to the member. */
const comes = ({ worth }: Step) => worth.tickets === null && worth.gift === null;

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
