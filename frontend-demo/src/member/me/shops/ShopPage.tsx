/** One partner: what it may see and do, what may be allowed it, its programs, and what it was allowed before. */

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Bone } from "../../../shared/chrome";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { Empty, Failed, WaitingSheet } from "../../../shared/states";
import { Section } from "../Section";
import { Before } from "./Before";
import { type Purpose, PURPOSES, type Shop, standing } from "./documents";
import { Giving } from "./Giving";
import { Programs } from "./Programs";
import { PurposeRow } from "./PurposeRow";
import { type Taken, Taking } from "./Taking";
import { useShops } from "./useShops";

export function ShopPage({ slug }: { slug: string }) {
  const { t } = useTranslation("me");
  const { day } = useFormats();
  const { rows, state, whole, more, again } = useShops();
  const shop = rows.find(({ partner }) => partner.slug === slug);
  useEffect(() => {
    if (!shop && state === "ready" && !whole) more();
  }, [shop, state, whole, more]);
  // The heading stays one while the partner is looked for: whoever came to it is still there.
  return (
    <Section
      title={shop ? <PartnerName partner={shop.partner} /> : t("shops.title")}
      back={{ to: "/me/shops", label: t("shops.title") }}
      lead={shop ? t("shops.since", { day: day(shop.since) }) : <Bone width="12rem" />}
    >
      {shop && <Shown shop={shop} changed={again} />}
      {!shop && state === "failed" && <Failed again={more} />}
      {!shop && state === "loading" && <WaitingSheet />}
      {!shop && state === "ready" && whole && <Empty heading={t("shops.unknown")} />}
    </Section>
  );
}

function Shown({ shop, changed }: { shop: Shop; changed: () => void }) {
  const { t } = useTranslation("me");
  const [giving, setGiving] = useState<Purpose | null>(null);
  const [taking, setTaking] = useState<Taken | null>(null);
  const given = standing(shop);
  const done = () => {
    setGiving(null);
    setTaking(null);
    changed();
  };
  return (
    <>
      <section aria-labelledby="allowed-label">
        <h2 id="allowed-label">{t("shops.allowed")}</h2>
        <ul className="me-purposes">
          {PURPOSES.map((purpose) => (
            <PurposeRow
              key={purpose}
              purpose={purpose}
              given={given.get(purpose)}
              give={() => setGiving(purpose)}
              takeBack={() => setTaking({ purpose })}
            />
          ))}
        </ul>
      </section>
      <Programs shop={shop} end={(grant) => setTaking({ grant })} />
      {(given.size > 0 || shop.grants.length > 0) && (
        <p>
          <button type="button" className="quiet-action" onClick={() => setTaking("all")}>
            {t("shops.takeAllBack")}
          </button>
        </p>
      )}
      <Before shop={shop} />
      {giving && <Giving shop={shop} purpose={giving} onDone={done} onClose={() => setGiving(null)} />}
      {taking && <Taking shop={shop} taken={taking} onDone={done} onClose={() => setTaking(null)} />}
    </>
  );
}
