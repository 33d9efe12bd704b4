/** A sweepstake's draw: its prizes, the tickets, when it is, and what was won. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { useFormats } from "../../shared/formatting";
import type { Reward } from "./documents";
import { MyTickets, type Ticketed } from "./voucherDocuments";

type Drawn = NonNullable<Reward["draw"]>;

export function Draw({ reward }: { reward: Reward }) {
  const { t } = useTranslation("rewards");
  const { dateTime, points } = useFormats();
  const { draw } = reward;
  return (
    <section className="reward-part" aria-labelledby="draw">
      <h2 id="draw">{t("draw.heading")}</h2>
      {reward.endsAt !== null && !draw?.drawnAt && <p>{t("draw.at", { at: dateTime(reward.endsAt) })}</p>}
      <ul className="draw-prizes">
        {reward.prizes.map(({ thing, winners }) => (
          <li key={thing}>
            <span>{thing}</span>
            <span className="figures">{t("draw.winners", { count: winners })}</span>
          </li>
        ))}
      </ul>
      {draw && <p>{t("draw.tickets", { count: draw.tickets, tickets: points(String(draw.tickets)) })}</p>}
      <Own reward={reward} />
      {draw?.drawnAt && <Winners draw={draw} at={draw.drawnAt} />}
      {draw && (
        <details className="draw-proof">
          <summary>{t("draw.proof")}</summary>
          <p>{t("draw.promise")}</p>
          <code>{draw.commitment}</code>
        </details>
      )}
    </section>
  );
}

/** The member's own tickets, and what they won. */
function Own({ reward }: { reward: Reward }) {
  const { t } = useTranslation("rewards");
  const [{ data }] = useQuery({ query: MyTickets, requestPolicy: "cache-and-network" });
  const own = data?.myRedeemedRewards.nodes.filter((one) => one.reward?.id === reward.id) ?? [];
  const tickets = own.reduce((sofar, one) => sofar + standing(one), 0);
  const won = own.flatMap((one) => (one.tickets === 0 && one.worth.thing !== null ? [one.worth.thing] : []));
  const all = !data?.myRedeemedRewards.pageInfo.hasNextPage;
  return (
    <>
      {tickets > 0 && <p className="draw-own">{t(all ? "draw.own" : "draw.ownAtLeast", { count: tickets })}</p>}
      {won.length > 0 && <p className="draw-own">{t("draw.won", { what: won.join(", ") })}</p>}
    </>
  );
}

/** Tickets that were not given back. */
const standing = ({ tickets, pieces, piecesLeft }: Ticketed) => (tickets / pieces) * piecesLeft;

function Winners({ draw, at }: { draw: Drawn; at: string }) {
  const { t } = useTranslation("rewards");
  const { dateTime } = useFormats();
  return (
    <details className="draw-proof">
      <summary>{t("draw.drawn", { at: dateTime(at) })}</summary>
      <ol>
        {draw.winners.map(({ place, number, thing }) => (
          <li key={place}>{t("draw.winner", { number, thing })}</li>
        ))}
      </ol>
    </details>
  );
}
