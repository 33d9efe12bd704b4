/** The till's head: whose it is, where, its rooms, and whether the line is up. */

import { useTranslation } from "react-i18next";
import { Link, useRoute } from "wouter";

import { LanguageChoice, ThemeToggle } from "../shared/chrome";
import { SignOut } from "../shared/leaving";
import { toneOf } from "../shared/partner";
import { useSession } from "../shared/session";
import { Tile } from "./Brand";
import { useEntries, useTill } from "./till";

export function Head() {
  const { t } = useTranslation("till");
  const { house, outlet, choose, up } = useTill();
  const { name } = useSession();
  const partner = house.partner;
  const outlets = partner.outlets.nodes;
  const where = outlets.find(({ code }) => code === outlet)?.name;
  return (
    <header className="till-head toned" style={toneOf(partner.hue)}>
      <Tile partner={partner} />
      <div className="till-whose">
        <h1>{partner.name}</h1>
        <p>
          {where}
          {name && ` · ${name}`}{" "}
          {outlets.length > 1 && (
            <button type="button" className="till-elsewhere" onClick={() => choose("")}>
              {t("outlet.change")}
            </button>
          )}
        </p>
      </div>
      <nav className="till-rooms" aria-label={t("rooms.label")}>
        <RoomLink to="/" label={t("rooms.sale")} />
        <RoomLink to="/return" label={t("rooms.return")} />
        <SentLink />
        <a className="till-second" href={`/till/${partner.slug}/customer`} target={`hansa-customer-${partner.slug}`} rel="opener">
          {t("rooms.customer")}
        </a>
      </nav>
      <div className="till-tools">
        <LanguageChoice />
        <ThemeToggle />
        <SignOut />
      </div>
      {!up && (
        <p className="till-down" role="status">
          {t("down.text")}
        </p>
      )}
    </header>
  );
}

function RoomLink({ to, label }: { to: string; label: string }) {
  const [here] = useRoute(to);
  return (
    <Link href={to} aria-current={here ? "page" : undefined}>
      {label}
    </Link>
  );
}

/** The sales on their way: how many wait or were refused stands beside the word. */
function SentLink() {
  const { t } = useTranslation("till");
  const open = useEntries().filter(({ state, outcome }) => state === "waiting" || outcome?.refusals?.length).length;
  const [here] = useRoute("/sent");
  return (
    <Link href="/sent" aria-current={here ? "page" : undefined}>
      {t("rooms.sent")}
      {open > 0 && (
        <span className="till-count" aria-label={t("sent.open", { count: open })}>
          {open}
        </span>
      )}
    </Link>
  );
}
