/** The member's rooms, in the order of the navigation. All but the first are loaded when somebody goes there. */

import type { ComponentType } from "react";

import { pageOf } from "../shared/i18n";
import { WalletPage } from "./WalletPage";

export interface Room {
  /** Its name among the words, `rooms.<name>`. */
  name: "wallet" | "rewards" | "card" | "activity" | "me";
  /** Below it every address is the room's own. */
  at: string;
  page: ComponentType;
}

export const rooms: readonly Room[] = [
  { name: "wallet", at: "/", page: WalletPage },
  { name: "rewards", at: "/rewards", page: pageOf("rewards", () => import("./rewards/RewardsPage")) },
  { name: "card", at: "/card", page: pageOf("member", () => import("./card/CardPage")) },
  { name: "activity", at: "/activity", page: pageOf("member", () => import("./activity/ActivityPage")) },
  { name: "me", at: "/me", page: pageOf("me", () => import("./me/MePage")) },
];
