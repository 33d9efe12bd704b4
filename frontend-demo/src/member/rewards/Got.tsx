/** A reward that was had: the code in hand or how it comes, and whose points paid for it. */

import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { Dialog } from "../../shared/dialog";
import { lastMoment } from "../../shared/formats";
import { useFormats } from "../../shared/formatting";
import { Dot } from "../../shared/partner";
import type { Had, Reward } from "./documents";
import { Code } from "./Code";
import { useWords } from "./words";

interface Props {
  had: Had;
  reward: Reward;
  /** The moment to bring a friend, as a programme for that says. */
  invites: boolean;
  close: () => void;
}

export function Got({ had, reward, invites, close }: Props) {
  const { t } = useTranslation("rewards");
  return (
    <Dialog
      heading={t("got.heading")}
      onClose={close}
      actions={
        <button type="button" className="action" onClick={close}>
          {t("got.done")}
        </button>
      }
    >
      <div className="got" data-testid="got" role="status">
        <p className="redeem-what">{reward.name}</p>
        <Comes had={had} reward={reward} />
        <Funded had={had} />
        {invites && (
          <p className="got-note">
            {t("got.invites")} <Link href="/me/friends">{t("got.invite")}</Link>
          </p>
        )}
      </div>
    </Dialog>
  );
}

function Comes({ had, reward }: { had: Had; reward: Reward }) {
  const { t } = useTranslation("rewards");
  const words = useWords();
  const { longDay } = useFormats();
  if (!had.reward) return null;
  const { vouchers, tickets, fulfilment, worth } = had.reward;
  if (vouchers.length > 0) {
    return (
      <>
        {vouchers.map((voucher) => (
          <Code key={voucher.code} voucher={voucher} />
        ))}
        <p className="got-note">{t("got.vouchers")}</p>
      </>
    );
  }
  if (tickets > 0) {
    return <p>{t("got.tickets", { count: tickets, day: reward.endsAt === null ? "" : longDay(lastMoment(reward.endsAt)) })}</p>;
  }
  if (worth.gift) return <p>{t("got.gift", { gift: words.worth(worth, reward.charity) })}</p>;
  return (
    <p>
      {t(`got.${fulfilment}`, { partner: had.partner.name })} <Link href="/rewards/vouchers">{t("got.follow")}</Link>
    </p>
  );
}

function Funded({ had }: { had: Had }) {
  const { t } = useTranslation("rewards");
  const { points } = useFormats();
  if (had.fundedBy.length === 0) return null;
  return (
    <section className="got-funded" aria-labelledby="got-funded">
      <h3 id="got-funded">{t("got.funded")}</h3>
      <ul>
        {had.fundedBy.map((share) => (
          <li key={share.sponsor.slug}>
            <Dot partner={share.sponsor} />
            <span>{share.sponsor.name}</span>
            <span className="figures">{points(share.points)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
