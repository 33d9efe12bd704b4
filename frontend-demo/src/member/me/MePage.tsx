/** Everything about oneself: an overview, and a page for each part of it. */

import { useTranslation } from "react-i18next";
import { Redirect, Route, Switch } from "wouter";

import { DataPage } from "./data/DataPage";
import { FriendsPage } from "./friends/FriendsPage";
import { CasePage } from "./help/CasePage";
import { HelpPage } from "./help/HelpPage";
import "./me.css";
import { MessagesPage } from "./messages/MessagesPage";
import { PreferencesPage } from "./messages/PreferencesPage";
import { Overview } from "./Overview";
import { ProfilePage } from "./profile/ProfilePage";
import { ShopPage } from "./shops/ShopPage";
import { ShopsPage } from "./shops/ShopsPage";

export default function MePage() {
  // A language that was just chosen is read before the page is shown in it.
  useTranslation("me");
  return (
    <Switch>
      <Route path="/me" component={Overview} />
      <Route path="/me/messages" component={MessagesPage} />
      <Route path="/me/messages/preferences" component={PreferencesPage} />
      <Route path="/me/friends" component={FriendsPage} />
      <Route path="/me/shops" component={ShopsPage} />
      <Route path="/me/shops/:slug">{({ slug }) => <ShopPage slug={slug} />}</Route>
      <Route path="/me/profile" component={ProfilePage} />
      <Route path="/me/data" component={DataPage} />
      <Route path="/me/help" component={HelpPage} />
      <Route path="/me/help/:id">{({ id }) => <CasePage id={decodeURIComponent(id)} />}</Route>
      <Route>
        <Redirect to="/me" replace />
      </Route>
    </Switch>
  );
}
