/** The rewards' room: what can be had, what is in hand, and the tiers. */

import { useTranslation } from "react-i18next";
import { Link, Redirect, Route, Switch, useRoute } from "wouter";

import "./reward.css";
import "./rewards.css";
import { RewardPage } from "./RewardPage";
import { ShelfPage } from "./ShelfPage";
import { TiersPage } from "./TiersPage";
import { VoucherPage } from "./VoucherPage";
import { VouchersPage } from "./VouchersPage";

export default function RewardsPage() {
  return (
    <div className="rewards">
      <Parts />
      <Switch>
        <Route path="/rewards">
          <ShelfPage />
        </Route>
        <Route path="/rewards/vouchers">
          <VouchersPage />
        </Route>
        <Route path="/rewards/vouchers/:name">{({ name }) => <VoucherPage key={name} name={name} />}</Route>
        <Route path="/rewards/tiers">
          <TiersPage />
        </Route>
        <Route path="/rewards/:id">{({ id }) => <RewardPage key={id} id={id} />}</Route>
        <Route>
          <Redirect to="/rewards" replace />
        </Route>
      </Switch>
    </div>
  );
}

function Parts() {
  const { t } = useTranslation("rewards");
  const [vouchers] = useRoute("/rewards/vouchers/*?");
  const [tiers] = useRoute("/rewards/tiers");
  const here = vouchers ? "vouchers" : tiers ? "tiers" : "shelf";
  const parts = [
    ["shelf", "/rewards"],
    ["vouchers", "/rewards/vouchers"],
    ["tiers", "/rewards/tiers"],
  ] as const;
  return (
    <nav className="rewards-parts" aria-label={t("parts.label")}>
      {parts.map(([name, at]) => (
        <Link key={name} href={at} aria-current={name === here ? "page" : undefined}>
          {t(`parts.${name}`)}
        </Link>
      ))}
    </nav>
  );
}
