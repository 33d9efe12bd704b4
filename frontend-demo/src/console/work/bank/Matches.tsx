/** What an entry belongs to by now: confirmed by a second person where the amounts differ, or taken back. */

import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../../../shared/acts";
import { useFormats } from "../../../shared/formatting";
import { may, useSession } from "../../../shared/session";
import { PaymentLine } from "./Candidates";
import { ConfirmMatch, type EntryDetail, Unmatch } from "./documents";

export function Matches({ entry, onDone }: { entry: EntryDetail; onDone: () => void }) {
  const { t } = useTranslation(["work", "common"]);
  const { money, dateTime } = useFormats();
  const session = useSession();
  const confirm = useAct(ConfirmMatch, (data) => data.done.userErrors);
  const unmatch = useAct(Unmatch, (data) => data.done.userErrors);
  const standing = entry.matches.filter(({ state }) => state !== "UNDONE");
  if (standing.length === 0) return null;
  const proposed = standing.some(({ state }) => state === "PROPOSED");
  const variables = () => ({ entry: entry.id });
  return (
    <section>
      <h3>{t(proposed ? "bank.proposed" : "bank.belongs")}</h3>
      {standing.map((match) => (
        <div key={match.payment.id} className="candidate">
          <PaymentLine payment={match.payment} />
          <p className="work-quiet">
            <span className="figures">{money({ ...entry.amount, amount: match.amount })}</span> · {t(`bank.places.${match.place}`)} · {dateTime(match.matchedAt)}
          </p>
          {match.note && <blockquote>{match.note}</blockquote>}
        </div>
      ))}
      <div className="work-acts">
        {may(session, "settlement:prepare") && (
          <button type="button" className="quiet-action" disabled={unmatch.busy} onClick={() => void unmatch.run(variables).then((done) => done && onDone())}>
            {t("bank.unmatch")}
          </button>
        )}
        {proposed && may(session, "settlement:approve") && (
          <button type="button" className="action" disabled={confirm.busy} onClick={() => void confirm.run(variables).then((done) => done && onDone())}>
            {confirm.busy ? t("common:wait") : t("bank.confirm")}
          </button>
        )}
        {proposed && !may(session, "settlement:approve") && <p className="work-why">{t("bank.second")}</p>}
      </div>
      <Refusals of={[...confirm.refusals, ...unmatch.refusals]} />
    </section>
  );
}
