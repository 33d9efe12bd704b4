/** What was done to a cycle, the latest first, and the digest that stands for all of its figures. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../../shared/formatting";
import { wordFor } from "../../shared/i18n";
import { PartnerName } from "../../shared/partner";
import { historyOf } from "./acts";
import type { WholeCycle } from "./documents";

export function History({ cycle }: { cycle: WholeCycle }) {
  const { t } = useTranslation("cycles");
  const { dateTime, points } = useFormats();
  const steps = historyOf(cycle.steps);
  return (
    <section className="cycle-part" aria-labelledby="history-label">
      <h2 id="history-label">{t("history.heading")}</h2>
      {steps.length === 0 && <p className="cycle-nothing">{t("history.none")}</p>}
      <ol className="history">
        {steps.map((step, place) => (
          <li key={place}>
            <span className="history-when figures">{dateTime(step.takenAt)}</span>
            <span>
              {wordFor(t, "steps", step.step)}
              {step.times > 1 && ` (${points(String(step.times))})`}
              {step.note && <span className="history-note">{step.note}</span>}
            </span>
          </li>
        ))}
      </ol>
      {cycle.digest && (
        <p className="cycle-digest">
          {t("history.digest")} <code>{cycle.digest}</code>
        </p>
      )}
    </section>
  );
}

/** Partners the cycle is settled without, or is asked to be. */
export function SetAsides({ cycle }: { cycle: WholeCycle }) {
  const { t } = useTranslation("cycles");
  if (!cycle.setAsides?.length) return null;
  return (
    <section className="cycle-part" aria-labelledby="asides-label">
      <h2 id="asides-label">{t("asides.heading")}</h2>
      <ul className="answers">
        {cycle.setAsides.map((one) => (
          <li key={one.id} className="answer">
            {one.partner && <PartnerName partner={one.partner} />}
            <span className="answer-said">
              {one.fate && t(`asides.fate.${one.fate}`)}
              {one.asked && ` ${t("asides.asked")}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
