/** What can be spent, who funded it, and what happens to it when. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../../shared/formatting";
import { lastMoment } from "../../shared/formats";
import { Dot, toneOf } from "../../shared/partner";
import type { Due, Share } from "../documents";
import type { Standing } from "../known";
import { useCountUp } from "../../shared/useCountUp";

export function Balance({ wallet }: { wallet: Standing }) {
  const { t } = useTranslation("member");
  const { points } = useFormats();
  const shown = useCountUp(BigInt(wallet.available));
  return (
    <section className="balance" aria-labelledby="balance-label">
      <h1 id="balance-label">{t("balance.label")}</h1>
      <p className="balance-figure figures" aria-hidden="true" data-testid="balance">
        {points(shown)} <span className="balance-unit">{t("balance.unit", { count: Number(wallet.available) })}</span>
      </p>
      <p className="unseen" aria-live="polite">
        {t("balance.spoken", { count: Number(wallet.available), points: points(wallet.available) })}
      </p>
      <Provenance shares={wallet.fundedBy} available={BigInt(wallet.available)} />
      <Dues wallet={wallet} />
    </section>
  );
}

/** As many as can be told apart at a glance; the rest is summed. */
const NAMED = 3;

interface ProvenanceProps {
  shares: readonly Share[];
  /** What can be spent of them; the rest waits or is set aside. */
  available: bigint;
}

function Provenance({ shares, available }: ProvenanceProps) {
  const { t } = useTranslation("member");
  const { points } = useFormats();
  if (shares.length === 0) return <div className="bar bar-empty" />;
  const all = shares.reduce((sofar, share) => sofar + BigInt(share.points), 0n);
  const named = shares.length === NAMED + 1 ? shares : shares.slice(0, NAMED);
  const rest = shares.slice(named.length).reduce((sofar, share) => sofar + BigInt(share.points), 0n);
  return (
    <figure className="provenance">
      <div className="bar" aria-hidden="true">
        {shares.map((share) => (
          <span
            key={share.sponsor.slug}
            className="share"
            style={{ ...toneOf(share.sponsor.hue), flexGrow: Number(share.points) }}
          />
        ))}
      </div>
      <figcaption>
        <span className="provenance-label">{all === available ? t("fundedBy") : t("fundedByAll", { points: points(all) })}</span>
        <ul>
          {named.map((share) => (
            <li key={share.sponsor.slug}>
              <Dot partner={share.sponsor} />
              <span>{share.sponsor.name}</span>
              <span className="figures">{points(share.points)}</span>
            </li>
          ))}
          {rest > 0n && (
            <li>
              <span>{t("others")}</span>
              <span className="figures">{points(rest)}</span>
            </li>
          )}
        </ul>
      </figcaption>
    </figure>
  );
}

function Dues({ wallet }: { wallet: Standing }) {
  const { t } = useTranslation("member");
  const { points, day } = useFormats();
  const wait = ({ at, points: some }: Due) => t("dues.wait", { count: Number(some), points: points(some), day: day(at) });
  const expire = ({ at, points: some }: Due) =>
    t("dues.expire", { count: Number(some), points: points(some), day: day(lastMoment(at)) });
  const { releases, expiries, held, debt, pending } = wallet;
  const severally = releases.length > 1;
  const chips = [
    ...(severally ? [t("dues.waiting", { count: Number(pending), points: points(pending) })] : releases.map(wait)),
    ...expiries.slice(0, 1).map(expire),
    ...(held === "0" ? [] : [t("dues.held", { count: Number(held), points: points(held) })]),
  ];
  const more = [...(severally ? releases.map(wait) : []), ...expiries.slice(1).map(expire)];
  return (
    <>
      {debt !== "0" && <p className="owed">{t("dues.debt", { count: Number(debt), points: points(debt) })}</p>}
      <ul className="chips figures">
        {chips.map((chip) => (
          <li key={chip} className="chip">
            {chip}
          </li>
        ))}
      </ul>
      {more.length > 0 && (
        <details className="more-dues">
          <summary>{t("dues.more", { count: more.length })}</summary>
          <ul className="figures">
            {more.map((due) => (
              <li key={due}>{due}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
