/** What each partner says to its statement. */

import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useFormats } from "../../shared/formatting";
import { PartnerName, partnersInOrder } from "../../shared/partner";
import { addressOf } from "../places";
import type { WholeCycle } from "./documents";

export function Answers({ cycle, coalition }: { cycle: WholeCycle; coalition: boolean }) {
  const { t } = useTranslation("cycles");
  const answers = partnersInOrder(cycle.answers, ({ partner }) => partner);
  return (
    <section className="cycle-part" aria-labelledby="answers-label">
      <h2 id="answers-label">{t("answers.heading")}</h2>
      {answers.length === 0 && <p className="cycle-nothing">{t("answers.none")}</p>}
      <ul className="answers">
        {answers.map((one) => (
          <li key={one.partner?.slug} className={`answer ${one.answer}`}>
            {one.partner && (
              <Link
                href={addressOf({ cycle: cycle.name, partner: coalition ? one.partner.slug : null, line: null })}
                aria-label={t("answers.open", { name: one.partner.name })}
              >
                <PartnerName partner={one.partner} />
              </Link>
            )}
            <Said answer={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Said({ answer: { answer, until, answeredAt } }: { answer: WholeCycle["answers"][number] }) {
  const { t } = useTranslation("cycles");
  const { day } = useFormats();
  return (
    <span className="answer-said">
      {t(`answers.said.${answer}`, { day: day(until) })}
      {answeredAt && <span className="answer-when figures"> {day(answeredAt)}</span>}
    </span>
  );
}
