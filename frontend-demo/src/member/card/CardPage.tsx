/** The card for the till: squares and bars on white, the number to read out, and the whole screen when asked. */

import { useTranslation } from "react-i18next";
import { Link, useLocation, useRoute } from "wouter";

import { Barcode, QrCode } from "../../shared/codes/Codes";
import { Empty } from "../../shared/states";
import { Standing } from "../wallet/Standing";
import { useHeld } from "../walletContext";
import "./card.css";
import { FullCard } from "./FullCard";
import { inGroups } from "./number";
import { useAwake } from "./useAwake";

export default function CardPage() {
  const { t } = useTranslation("member");
  const { known, asOf } = useHeld();
  const [full] = useRoute("/card/full");
  const [, go] = useLocation();
  useAwake();
  return (
    <div className="card-page">
      <h1>{t("card.label")}</h1>
      {known.cards.length === 0 && (
        <Empty heading={t("card.unknown")}>
          <p>{t("card.unknownText")}</p>
        </Empty>
      )}
      {known.cards.map((number) => (
        <OneCard key={number} number={number} />
      ))}
      {asOf !== null && <Standing asOf={asOf} />}
      {full && known.cards[0] && <FullCard number={known.cards[0]} close={() => go("/card", { replace: true })} />}
    </div>
  );
}

function OneCard({ number }: { number: string }) {
  const { t } = useTranslation("member");
  return (
    <section className="card-paper" aria-label={inGroups(number)}>
      <QrCode value={number} label={t("card.qr")} />
      <Barcode value={number} label={t("card.bars")} />
      <p className="card-number figures">{inGroups(number)}</p>
      <Link href="/card/full" className="card-fill">
        {t("card.fill")}
      </Link>
    </section>
  );
}
