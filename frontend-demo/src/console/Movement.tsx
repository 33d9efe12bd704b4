/** A movement of points, down to the basket its points were earned by, and the way back up. */

import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { Bone } from "../shared/chrome";
import { useFormats } from "../shared/formatting";
import { wordFor } from "../shared/i18n";
import { PartnerName } from "../shared/partner";
import { BasketPart } from "./BasketPart";
import { type Line, type Movement, MovementOf } from "./documents";
import { LineName } from "./Figures";
import { addressOf, type Place } from "./places";

interface Props {
  line: Line;
  movement: string;
  place: Place;
  own: string;
}

export function MovementDrill({ line, movement, place, own }: Props) {
  const { t, i18n } = useTranslation("console");
  const heading = useRef<HTMLHeadingElement>(null);
  const [{ data, fetching }] = useQuery({ query: MovementOf, variables: { line: line.id, movement, language: i18n.language } });
  const found = data?.statementLine?.transfers.nodes[0] ?? null;
  const back = addressOf({ ...place, movement: null });
  useEffect(() => {
    heading.current?.focus({ preventScroll: window.innerWidth >= 1200 });
  }, [movement]);
  return (
    <aside className="drill movement" aria-labelledby="drill-label">
      <nav aria-label={t("drill.path")} className="path">
        <Link href={addressOf({ ...place, line: null, movement: null })}>{t("drill.statement", { cycle: place.cycle })}</Link>
        <span aria-hidden="true">/</span>
        <Link href={back}>
          <LineName line={line} own={own} />
        </Link>
        <span aria-hidden="true">/</span>
        <span>{t("movement.name")}</span>
      </nav>
      <h2 id="drill-label" ref={heading} tabIndex={-1}>
        {found ? wordFor(t, "transfers", found.kind) : t("movement.name")}
      </h2>
      {fetching && !found && <Bone width="100%" height="16rem" />}
      {!fetching && !found && <p className="drill-note">{t("movement.missing")}</p>}
      {found && <Facts found={found} />}
      {found && <Origin found={found} />}
      <Link href={back} className="drill-close" aria-label={t("movement.close")}>
        ×
      </Link>
    </aside>
  );
}

function Facts({ found }: { found: Movement }) {
  const { t } = useTranslation("console");
  const { points, decimal, dateTime } = useFormats();
  return (
    <dl className="formula figures">
      <div>
        <dt>{t("drill.columns.when")}</dt>
        <dd>{found.postedAt ? dateTime(found.postedAt) : t("drill.unseen")}</dd>
      </div>
      <div>
        <dt>{t("drill.columns.where")}</dt>
        <dd>{found.recordedBy ? <PartnerName partner={found.recordedBy} /> : t("roles.OPERATOR")}</dd>
      </div>
      <div>
        <dt>{t("drill.columns.points")}</dt>
        <dd>{points(found.points)}</dd>
      </div>
      {found.exact !== null && (
        <div className="formula-amount">
          <dt>{t("drill.columns.exact")}</dt>
          <dd>{decimal(found.exact, 2)}</dd>
        </div>
      )}
    </dl>
  );
}

/** Under which campaign the points were earned, and by which basket, as far as the reader may see it. */
function Origin({ found: { origin } }: { found: Movement }) {
  const { t } = useTranslation("console");
  if (!origin) return <p className="drill-note">{t("movement.noOrigin")}</p>;
  const { campaign, campaignVersion, basket } = origin;
  return (
    <>
      {campaign && (
        <p className="movement-campaign">
          {t("movement.campaign")}{" "}
          <Link href={`/campaigns/${encodeURIComponent(campaign.id)}`}>{campaign.name}</Link>
          {campaignVersion !== null && `, ${t("movement.version", { version: campaignVersion })}`}
        </p>
      )}
      {basket ? (
        <BasketPart basket={basket} campaign={campaign?.name ?? null} version={campaignVersion} />
      ) : (
        <p className="drill-note">{t("movement.noBasket")}</p>
      )}
    </>
  );
}
