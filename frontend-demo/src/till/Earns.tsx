/** What the basket earns and why, with who pays for it, and what is missing for more: words that can be read out. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../shared/formatting";
import { Dot } from "../shared/partner";
import type { Award, Preview } from "./documents";
import { fundedBy } from "./shown";
import { useTill } from "./till";
import type { Earning } from "./usePreview";

/** Reasons to give nothing that a customer can do something about, or would ask about. */
const WORTH_SAYING = new Set(["BELOW_MINIMUM", "NOT_YET", "MEMBER_UNKNOWN", "OTHER_TIER", "OTHER_TIME", "CAP_REACHED", "BUDGET_USED_UP"]);

export function Earns({ earning: { preview, stale, refused }, nothing }: { earning: Earning; nothing: boolean }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const { up } = useTill();
  if (!up) return <p className="till-why">{t("down.earns")}</p>;
  if (refused) {
    return (
      <p className="till-why bad" role="alert">
        {refused}
      </p>
    );
  }
  if (!preview) return <p className="till-why">{nothing ? t("earns.empty") : t("earns.asking")}</p>;
  const more = preview.missed.filter(({ why, missing }) => missing !== null || WORTH_SAYING.has(why));
  return (
    <div className="till-earns" aria-busy={stale}>
      <p className="till-earns-figure" aria-live="polite">
        <strong className="figures">{formats.signedPoints(preview.points)}</strong> {t("earns.points", { count: Number(preview.points) })}
      </p>
      <FundedBar awards={preview.awards} />
      <ul className="till-awards">
        {preview.awards.map((award) => (
          <AwardLine key={award.campaign} award={award} />
        ))}
      </ul>
      <Besides preview={preview} />
      {more.length > 0 && (
        <>
          <h3>{t("earns.missing")}</h3>
          <ul className="till-missing">
            {more.map((one) => (
              <li key={one.campaign}>{one.reason}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function FundedBar({ awards }: { awards: readonly Award[] }) {
  const shares = fundedBy(awards);
  return (
    <div className="bar till-bar" aria-hidden="true">
      {shares.map(({ sponsor, points }) => (
        <span key={sponsor.name} style={{ flexGrow: Number(points) }}>
          <Dot partner={sponsor} />
        </span>
      ))}
    </div>
  );
}

function AwardLine({ award }: { award: Award }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const names = award.fundedBy.map(({ sponsor }) => sponsor.name).join(", ");
  return (
    <li>
      <span className="figures">{formats.signedPoints(award.points)}</span>
      <span>
        {award.reason}
        <span className="till-funded">
          {award.fundedBy.map(({ sponsor }) => (
            <Dot key={sponsor.slug} partner={sponsor} />
          ))}
          {t("earns.fundedBy", { names })}
        </span>
      </span>
    </li>
  );
}

/** What is no points: money off, things won, turns of a wheel, how far a card is, what another tier would bring. */
function Besides({ preview }: { preview: Preview }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const said = [
    ...preview.offers.map(({ reason }) => reason),
    ...preview.tokens.map(({ reason }) => reason),
    ...preview.turns.map(({ reason }) => reason),
    ...preview.progress.map(({ reason }) => reason),
    ...preview.tierGains.map(({ tier, points }) => t("earns.tier", { tier, points: formats.signedPoints(points) })),
  ];
  if (said.length === 0) return null;
  return (
    <>
      <h3>{t("earns.besides")}</h3>
      <ul className="till-missing">
        {said.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
    </>
  );
}
