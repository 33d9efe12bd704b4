/** What an entry may belong to, the best first, and why. */

import { useTranslation } from "react-i18next";

import { sum } from "../../../shared/exact";
import { useFormats } from "../../../shared/formatting";
import { wordFor } from "../../../shared/i18n";
import { PartnerName } from "../../../shared/partner";
import type { EntryDetail, Payment } from "./documents";
import { MatchButton } from "./MatchButton";

export function Candidates({ entry, onDone }: { entry: EntryDetail; onDone: () => void }) {
  const { t } = useTranslation("work");
  if (entry.candidates.length === 0) return <p className="work-quiet">{t("bank.noCandidates")}</p>;
  return (
    <section>
      <h3>{t("bank.candidates")}</h3>
      <ol className="candidates">
        {entry.candidates.map((candidate, place) => (
          <li key={place} className="candidate">
            <p className="candidate-score">
              <span className="candidate-bar" aria-hidden="true">
                <span style={{ inlineSize: `${candidate.score}%` }} />
              </span>
              <strong className="figures">{t("bank.score", { score: candidate.score })}</strong>{" "}
              <span className="work-quiet">{candidate.why.map((sign) => wordFor(t, "bank.signs", sign)).join(" · ")}</span>
            </p>
            {candidate.payments.map((payment) => (
              <PaymentLine key={payment.id} payment={payment} />
            ))}
            {candidate.packs.map((pack) => (
              <Pack key={pack.id} pack={pack} />
            ))}
            {candidate.payments.length > 0 && <MatchButton entry={entry} payments={candidate.payments} open={sum(candidate.payments.map(({ open }) => open.amount))} onDone={onDone} />}
            {candidate.packs.length > 0 && <p className="work-quiet">{t("bank.packHint")}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

export function PaymentLine({ payment }: { payment: Payment }) {
  const { t } = useTranslation(["work", "console"]);
  const { money, day } = useFormats();
  return (
    <p className="payment-line">
      <span>
        {payment.payer ? <PartnerName partner={payment.payer} /> : t("console:roles.OPERATOR")} <span aria-hidden="true">→</span>{" "}
        {payment.payee ? <PartnerName partner={payment.payee} /> : t("console:roles.OPERATOR")}
      </span>
      <span className="figures">{money(payment.open)}</span>
      <span className="work-quiet figures">
        {payment.reference} · {payment.cycle.name} · {day(payment.dueOn)}
      </span>
    </p>
  );
}

function Pack({ pack }: { pack: EntryDetail["candidates"][number]["packs"][number] }) {
  const { t } = useTranslation("work");
  const { money, points } = useFormats();
  return (
    <p className="payment-line">
      <span>
        <PartnerName partner={pack.partner} /> {t("bank.pack", { number: pack.number, points: points(pack.points) })}
      </span>
      <span className="figures">{money({ amount: pack.gross, currency: pack.currency })}</span>
      <span className="work-quiet figures">{pack.reference}</span>
    </p>
  );
}
