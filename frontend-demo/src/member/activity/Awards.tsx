/** Why a purchase earned what it did, campaign by campaign. */

import { useTranslation } from "react-i18next";

import { lastMoment } from "../../shared/formats";
import { useFormats } from "../../shared/formatting";
import { PartnerName } from "../../shared/partner";
import type { Told } from "../documents";
import { useHeld } from "../walletContext";

type Award = Told["awards"][number];

export function Awards({ awards }: { awards: readonly Award[] }) {
  const { t } = useTranslation("member");
  return (
    <section aria-labelledby="awards-label">
      <h2 id="awards-label">{t("receipt.why")}</h2>
      <ul className="awards">
        {awards.map((award, place) => (
          <AwardLine key={place} award={award} />
        ))}
      </ul>
    </section>
  );
}

function AwardLine({ award }: { award: Award }) {
  const { t } = useTranslation("member");
  const { points, signedPoints } = useFormats();
  const shared = award.fundedBy.length > 1;
  return (
    <li className="award">
      <p className="award-head">
        <span className="award-campaign">{award.campaign}</span>
        <span className="change gained figures">{signedPoints(award.points)}</span>
      </p>
      <Reason award={award} />
      <ul className="award-funders" aria-label={t("fundedBy")}>
        {award.fundedBy.map(({ sponsor, points: some }) => (
          <li key={sponsor.slug}>
            <PartnerName partner={sponsor}>{shared && <span className="figures">{points(some)}</span>}</PartnerName>
          </li>
        ))}
      </ul>
      <Terms award={award} />
    </li>
  );
}

/** It begins with the campaign's name once more. */
function Reason({ award }: { award: Award }) {
  const said = award.reason.startsWith(`${award.campaign}: `) ? award.reason.slice(award.campaign.length + 2) : award.reason;
  return <p className="award-reason">{said}</p>;
}

function Terms({ award }: { award: Award }) {
  const { t } = useTranslation("member");
  const { day } = useFormats();
  const { now } = useHeld().known;
  const waits = Date.parse(award.availableAt) > Date.parse(now);
  const terms = [
    waits && t("terms.wait", { day: day(award.availableAt) }),
    award.expiresAt && t("terms.expire", { day: day(lastMoment(award.expiresAt)) }),
  ].filter(Boolean);
  return terms.length > 0 && <p className="award-terms">{terms.join(" · ")}</p>;
}
