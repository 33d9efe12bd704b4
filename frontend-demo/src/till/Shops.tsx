/** The shops this browser is a till of. */

import { useTranslation } from "react-i18next";

import { Masthead } from "../shared/chrome";
import { Empty } from "../shared/states";
import { Tile } from "./Brand";
import { remembered } from "./seat";

export function Shops() {
  const { t } = useTranslation("till");
  const shops = remembered();
  return (
    <div className="till-shops">
      <Masthead title="Hansa" />
      <main>
        <h1>{t("shops.heading")}</h1>
        {shops.length === 0 ? (
          <Empty heading={t("shops.none")}>
            <p>{t("shops.how")}</p>
          </Empty>
        ) : (
          <ul>
            {shops.map((shop) => (
              <li key={shop.slug}>
                <a className="till-shop" href={`/till/${shop.slug}/`}>
                  <Tile partner={shop} />
                  <span>{shop.name}</span>
                </a>
              </li>
            ))}
          </ul>
        )}
      </main>
    </div>
  );
}
