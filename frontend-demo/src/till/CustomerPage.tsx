/** The customer's side: the basket, what it earns, and points arriving. Nothing here can be pressed. */

import { useTranslation } from "react-i18next";

import { useCountUp } from "../shared/useCountUp";
import { useFormats } from "../shared/formatting";
import { PartnerName, toneOf } from "../shared/partner";
import { Tile } from "./Brand";
import { type Shown, useTold } from "./customer";
import { useTill } from "./till";

export function CustomerPage() {
  const { t } = useTranslation("till");
  const { house } = useTill();
  const shown = useTold(house.partner.slug);
  return (
    <main className="till-customer-page toned" style={toneOf(house.partner.hue)}>
      <header>
        <Tile partner={house.partner} />
        <h1>{house.partner.name}</h1>
      </header>
      {!shown || (shown.lines.length === 0 && !shown.arrived) ? (
        <p className="till-greeting">{t("customerPage.greeting")}</p>
      ) : shown.arrived ? (
        <Arriving arrived={shown.arrived} />
      ) : (
        <Buying shown={shown} />
      )}
    </main>
  );
}

function Arriving({ arrived }: { arrived: NonNullable<Shown["arrived"]> }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const points = useCountUp(BigInt(arrived.points));
  return (
    <div className="till-arrived" role="status">
      <p className="till-arrived-figure figures">{formats.signedPoints(points)}</p>
      <p>{t("customerPage.arrived", { count: Number(arrived.points) })}</p>
      {arrived.available !== null && <p className="till-why">{t("receipt.now", { points: formats.points(arrived.available) })}</p>}
    </div>
  );
}

function Buying({ shown }: { shown: Shown }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const money = (amount: string) => formats.money({ amount, currency: shown.currency });
  return (
    <div className="till-buying">
      <ul className="till-off">
        {shown.lines.map((line, place) => (
          <li key={place}>
            <span>
              {formats.decimal(line.quantity)} × {line.name}
            </span>
            <span className="figures">{money(line.amount)}</span>
          </li>
        ))}
      </ul>
      <p className="till-due">
        <span>{t("pay.due")}</span>
        <span className="figures">{money(shown.due)}</span>
      </p>
      {shown.points !== null && (
        <div className="till-earning">
          <p className="till-earns-figure">
            <strong className="figures">{formats.signedPoints(shown.points)}</strong>{" "}
            {t(shown.known ? "customerPage.earns" : "customerPage.wouldEarn", { count: Number(shown.points) })}
          </p>
          <ul className="till-funders">
            {shown.fundedBy.map(({ sponsor, points }) => (
              <li key={sponsor.name}>
                <PartnerName partner={sponsor} /> <span className="figures">{formats.points(points)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
