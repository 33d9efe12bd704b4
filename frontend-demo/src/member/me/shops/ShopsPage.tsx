/** The partners that know somebody: what each may see and do, in a line. */

import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { Dot } from "../../../shared/partner";
import { Empty, Failed } from "../../../shared/states";
import { Section } from "../Section";
import { WaitingRows } from "../WaitingRows";
import { PURPOSES, type Shop, standing } from "./documents";
import { useShops } from "./useShops";

export function ShopsPage() {
  const { t } = useTranslation("me");
  return (
    <Section title={t("shops.title")} back={{ to: "/me", label: t("overview.heading") }} lead={t("shops.lead")}>
      <List />
    </Section>
  );
}

function List() {
  const { t } = useTranslation(["me", "common"]);
  const { rows, state, whole, more } = useShops();
  if (rows.length === 0) {
    if (state === "failed") return <Failed again={more} />;
    if (state === "loading") return <WaitingRows />;
    return (
      <Empty heading={t("shops.none")}>
        <p>{t("shops.noneYet")}</p>
      </Empty>
    );
  }
  return (
    <>
      <ul className="me-entries">
        {rows.map((shop) => (
          <Row key={shop.partner.slug} shop={shop} />
        ))}
      </ul>
      {!whole && (
        <p className="me-after">
          <button type="button" className="quiet-action" onClick={more} disabled={state === "loading"}>
            {t("common:more")}
          </button>
        </p>
      )}
    </>
  );
}

function Row({ shop }: { shop: Shop }) {
  const { t, i18n } = useTranslation("me");
  const given = standing(shop);
  const may = PURPOSES.filter((purpose) => given.has(purpose)).map((purpose) => t(`purposes.${purpose}.short`));
  const said = new Intl.ListFormat(i18n.language).format(may);
  return (
    <li>
      <Link href={`/me/shops/${shop.partner.slug}`} className="me-entry">
        <Dot partner={shop.partner} />
        <span>
          <span className="me-entry-name">{shop.partner.name}</span>
          <span className="me-entry-about">{may.length > 0 ? said : t("shops.sees.nothing")}</span>
        </span>
        <svg className="me-onward" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M9.500 5.500L16 12l-6.500 6.500" />
        </svg>
      </Link>
    </li>
  );
}
