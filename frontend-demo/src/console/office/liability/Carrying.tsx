/** Who carries how much of what is issued, and who may issue no more than it has means for. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { DivergingBars } from "../../../shared/charts/bars";
import { ChartFrame } from "../../../shared/charts/frame";
import { Bone } from "../../../shared/chrome";
import { useFormats } from "../../../shared/formatting";
import { PartnerName, toneOf } from "../../../shared/partner";
import { Carried, type Carry, type Means } from "./documents";

export function Carrying({ currency }: { currency: string }) {
  const [{ data }] = useQuery({ query: Carried });
  if (!data) return <Bone width="100%" height="20rem" />;
  return (
    <>
      {data.concentration && <Concentrated carry={data.concentration} />}
      {data.boundedSponsors.length > 0 && <Bounded means={data.boundedSponsors} currency={currency} />}
    </>
  );
}

function Concentrated({ carry }: { carry: Carry }) {
  const { t } = useTranslation("office");
  const { percent, points } = useFormats();
  const rounded = (share: string) => percent(Number(share).toFixed(3));
  const over = carry.sponsors.filter((one) => one.warns);
  return (
    <ChartFrame
      heading={t("carrying.heading")}
      told={
        over.length > 0
          ? t("carrying.over", { count: over.length, names: over.map((one) => one.partner?.name).join(", "), limit: percent(carry.limit) })
          : t("carrying.within", { limit: percent(carry.limit) })
      }
    >
      <div className="liability-one-sided">
        <DivergingBars
        label={t("carrying.heading")}
        bars={carry.sponsors.map((one, at) => ({
          key: one.partner?.slug ?? String(at),
          label: one.partner ? <PartnerName partner={one.partner} /> : t("liability.others"),
          value: one.share,
          shown: `${rounded(one.share)} · ${points(one.points)}`,
          ...(one.partner && { tone: toneOf(one.partner.hue) }),
        }))}
        />
      </div>
    </ChartFrame>
  );
}

function Bounded({ means, currency }: { means: readonly Means[]; currency: string }) {
  const { t } = useTranslation("office");
  return (
    <section aria-labelledby="bounded">
      <h2 id="bounded">{t("bounded.heading")}</h2>
      <p className="office-told">{t("bounded.told")}</p>
      <ul className="liability-means">
        {means.map((one) => (
          <li key={one.partner.slug}>
            <PartnerName partner={one.partner} />
            <Left means={one} currency={currency} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Left({ means: { packs, credit, stops }, currency }: { means: Means; currency: string }) {
  const { t } = useTranslation("office");
  const { points, money, dateTime, day } = useFormats();
  const open = stops.filter((stop) => stop.liftedAt === null);
  const low = packs?.lowSince ?? credit?.lowSince ?? null;
  return (
    <div>
      {packs && (
        <p>
          <span className="figures">{t("bounded.packs", { points: points(packs.left) })}</span>
          {packs.alert !== null && <span className="liability-quiet">{t("bounded.alert", { points: points(packs.alert) })}</span>}
        </p>
      )}
      {credit && (
        <p className="figures">
          {t("bounded.credit", {
            left: money({ amount: credit.left, currency }),
            limit: money({ amount: credit.limit, currency }),
            owed: money({ amount: credit.owed, currency }),
          })}
        </p>
      )}
      {low && <p className="office-short">{t("bounded.low", { day: day(low) })}</p>}
      {open.map((stop) => (
        <p key={stop.stoppedAt} className="office-short">
          {t(`bounded.stops.${stop.reason}`, { when: dateTime(stop.stoppedAt) })}
        </p>
      ))}
    </div>
  );
}
