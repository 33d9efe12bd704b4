/** Redeemed rewards that are still to be handed over, and those that were. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { useFormats } from "../../shared/formatting";
import { PartnerName } from "../../shared/partner";
import { MyRedeemedRewards, type Redeemed } from "./voucherDocuments";
import { useWords } from "./words";

const WAITING = ["HELD", "TO_DO", "READY"] as const;

interface Props {
  things: readonly Redeemed[];
  failed: boolean;
}

export function useUnderway(): Props & { waiting: boolean } {
  const { i18n } = useTranslation();
  const variables = { language: i18n.language, states: [...WAITING], after: null };
  const [{ data, error }] = useQuery({ query: MyRedeemedRewards, variables, requestPolicy: "cache-and-network" });
  const things = data?.myRedeemedRewards.nodes.filter(isHandedOver) ?? [];
  return { things, failed: error !== undefined && !data, waiting: !data && !error };
}

export function Underway({ things, failed }: Props) {
  const { t } = useTranslation("rewards");
  if (failed) return <p role="alert">{t("underway.failed")}</p>;
  if (things.length === 0) return null;
  return (
    <section className="underway" aria-labelledby="underway">
      <h2 id="underway">{t("underway.heading")}</h2>
      <ul>
        {things.map((one) => (
          <Thing key={one.redemption} redeemed={one} />
        ))}
      </ul>
    </section>
  );
}

/** Tickets wait for their draw, gifts go to their charity: nothing comes to the member. */
const isHandedOver = ({ worth }: Redeemed) => worth.tickets === null && worth.gift === null;

function Thing({ redeemed }: { redeemed: Redeemed }) {
  const { t } = useTranslation("rewards");
  const { day } = useFormats();
  const words = useWords();
  const { reward, fulfilment, state, worth, piecesLeft, note } = redeemed;
  const outlets = reward?.outlets.map((outlet) => outlet.name).join(", ");
  return (
    <li className="underway-thing">
      <div className="underway-words">
        <span className="underway-name">
          {piecesLeft > 1 && `${piecesLeft} × `}
          {reward?.name ?? words.worth(worth)}
        </span>
        <PartnerName partner={redeemed.partner} />
        {outlets && fulfilment === "COLLECTED" && <span>{outlets}</span>}
        {note && <span className="reward-note">{t("underway.note", { note })}</span>}
      </div>
      <div className="underway-state">
        <span className={state === "READY" ? "reward-mark ready" : "reward-mark"}>{t(`underway.${fulfilment}.${state}`)}</span>
        <span className="reward-note">{t("underway.since", { day: day(redeemed.redeemedAt) })}</span>
      </div>
    </li>
  );
}
