/** What was paid too much, and what is to become of it. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Refusals, useAct } from "../../../shared/acts";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { may, useSession } from "../../../shared/session";
import { Empty, Failed, WaitingSheet } from "../../../shared/states";
import { AskCredit, type Credit, Credits } from "./documents";

const USES = ["ADJUST", "PAY_BACK"] as const;

export function CreditsPart({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("work");
  const [{ data, error }, read] = useQuery({ query: Credits, requestPolicy: "cache-and-network" });
  const again = () => read({ requestPolicy: "network-only" });
  if (!data) return error ? <Failed again={again} /> : <WaitingSheet lines={3} />;
  if (data.partnerCredits.length === 0) {
    return (
      <Empty heading={t("bank.noCredits")}>
        <p>{t("bank.noCreditsText")}</p>
      </Empty>
    );
  }
  return (
    <ul className="orders">
      {data.partnerCredits.map((credit) => (
        <li key={credit.id}>
          <OneCredit credit={credit} onDone={() => (again(), onDone())} />
        </li>
      ))}
    </ul>
  );
}

function OneCredit({ credit, onDone }: { credit: Credit; onDone: () => void }) {
  const { t } = useTranslation("work");
  const { money, day } = useFormats();
  const session = useSession();
  const act = useAct(AskCredit, (data) => data.done.userErrors);
  const ask = async (use: (typeof USES)[number]) => {
    if (await act.run(() => ({ credit: credit.id, use }))) onDone();
  };
  return (
    <>
      <span>
        {credit.partner && <PartnerName partner={credit.partner} />} <span className="work-quiet figures">{day(credit.arisenAt)}</span>
      </span>
      <span>
        <strong className="figures">{money(credit.amount)}</strong> {t(`bank.creditStates.${credit.state}`)}
        {credit.use && <span className="work-quiet"> {t(`bank.uses.${credit.use}`)}</span>}
      </span>
      {credit.state === "HELD" && may(session, "settlement:prepare") && (
        <span className="work-acts">
          {USES.map((use) => (
            <button key={use} type="button" className="quiet-action" disabled={act.busy} onClick={() => void ask(use)}>
              {t(`bank.askUses.${use}`)}
            </button>
          ))}
        </span>
      )}
      <Refusals of={act.refusals} />
    </>
  );
}
