/** Three things worth doing now, each with the way to it. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { lastMoment } from "../../shared/formats";
import { useFormats } from "../../shared/formatting";
import { Dot } from "../../shared/partner";
import { MyNext } from "../documents";
import type { Standing } from "../known";
import { Chevron } from "./CardStrip";
import { type Thing, thingsToDo } from "./things";
import { WaitingThings } from "./WaitingWallet";

export function Next({ wallet, now }: { wallet: Standing; now: string }) {
  const { t, i18n } = useTranslation("member");
  const [{ data, error }] = useQuery({ query: MyNext, variables: { language: i18n.language } });
  const answer = data ?? (error ? NOTHING : null);
  return (
    <section className="next" aria-labelledby="next-label">
      <h2 id="next-label">{t("next.label")}</h2>
      {answer ? (
        <ul>
          {thingsToDo({ answer, wallet, now }).map((thing) => (
            <ThingLine key={keyOf(thing)} thing={thing} />
          ))}
        </ul>
      ) : (
        <WaitingThings />
      )}
    </section>
  );
}

/** Where it cannot be found out, what is always true is left. */
const NOTHING = { myRewards: [], myTiers: [] };

const keyOf = (thing: Thing) => thing.kind + ("reward" in thing ? thing.reward.id : "programme" in thing ? thing.programme : "");

function ThingLine({ thing }: { thing: Thing }) {
  const { title, text, to } = useSaid(thing);
  return (
    <li>
      <Link href={to} className="thing">
        {"reward" in thing ? <Dot partner={thing.reward.owner} /> : <span className="thing-mark" aria-hidden="true" />}
        <span className="thing-words">
          <span className="thing-title">{title}</span>
          <span className="thing-text">{text}</span>
        </span>
        <Chevron />
      </Link>
    </li>
  );
}

interface Said {
  title: string;
  text: string;
  to: string;
}

function useSaid(thing: Thing): Said {
  const { t } = useTranslation("member");
  const { points, money, day } = useFormats();
  const many = (count: string) => ({ count: Number(count), points: points(count) });
  switch (thing.kind) {
    case "expiring": {
      const words = { ...many(thing.points), day: day(lastMoment(thing.at)) };
      return { title: t("next.expiring.title", words), text: t("next.expiring.text"), to: "/rewards" };
    }
    case "reward":
      return { title: thing.reward.name, text: t("next.reward.text", { partner: thing.reward.owner.name }), to: `/rewards/${thing.reward.id}` };
    case "nearly":
      return { title: thing.reward.name, text: t("next.nearly.text", many(thing.points)), to: `/rewards/${thing.reward.id}` };
    case "tier":
      return { title: t("next.tier.title", { tier: thing.next }), text: t(`next.tier.${thing.measure}`, many(thing.count)), to: "/rewards/tiers" };
    case "tierSpend":
      return { title: t("next.tier.title", { tier: thing.next }), text: t("next.tier.SPEND", { money: money(thing.money) }), to: "/rewards/tiers" };
    case "catalogue":
      return { title: t("next.catalogue.title"), text: t("next.catalogue.text"), to: "/rewards" };
    case "shops":
      return { title: t("next.shops.title"), text: t("next.shops.text"), to: "/me" };
    case "history":
      return { title: t("next.history.title"), text: t("next.history.text"), to: "/activity" };
  }
}
