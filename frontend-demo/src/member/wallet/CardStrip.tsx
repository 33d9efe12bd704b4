/** The card at a glance; a tap fills the screen with it. */

import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { inGroups } from "../card/number";
import { RoomIcon } from "../icons";

export function CardStrip({ number }: { number: string | null }) {
  const { t } = useTranslation("member");
  return (
    <Link href={number === null ? "/card" : "/card/full"} className="card-strip">
      <RoomIcon name="card" />
      <span className="card-strip-words">
        <span className="card-strip-label">{t("card.show")}</span>
        <span className="card-strip-number figures">{number === null ? t("card.unknown") : inGroups(number)}</span>
      </span>
      <Chevron />
    </Link>
  );
}

export const Chevron = () => (
  <svg className="chevron" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
    <path d="M9.500 6l6 6-6 6" />
  </svg>
);
