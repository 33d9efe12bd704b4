/** The member's rooms, in the order of the navigation. All but the first are loaded when somebody goes there. */

import type { ComponentType } from "react";

import { pageOf } from "../shared/i18n";
import { WalletPage } from "./wallet/WalletPage";

export interface Room {
  /** Its name among the words, `rooms.<name>`. */
  name: "wallet" | "rewards" | "card" | "activity" | "me";
  /** Below it every address is the room's own. */
  at: string;
  page: ComponentType;
  /** It can be shown without the server, out of what was kept. */
  offline?: true;
}

/** Loaded ahead as well, so that the card can be shown where there is no line. */
export const cardPage = () => import("./card/CardPage");

export const rooms: readonly Room[] = [
  { name: "wallet", at: "/", page: WalletPage, offline: true },
  { name: "rewards", at: "/rewards", page: pageOf("rewards", () => import("./rewards/RewardsPage")) },
  { name: "card", at: "/card", page: pageOf("member", cardPage), offline: true },
  { name: "activity", at: "/activity", page: pageOf("member", () => import("./activity/ActivityPage")) },
  { name: "me", at: "/me", page: pageOf("me", () => import("./me/MePage")) },
];

export const pathOf = (room: Room): string => (room.at === "/" ? "/" : `${room.at}/*?`);
