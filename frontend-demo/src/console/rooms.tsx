/** The console's rooms: where each is, who may enter, what stands there. A page is loaded when somebody goes there. */

import type { ComponentType } from "react";

import { pageOf } from "../shared/i18n";
import { StatementPage } from "./StatementPage";

export interface Room {
  /** Its name among the words, `rooms.<name>`. */
  name: "overview" | "cycles" | "statements" | "work" | "campaigns" | "liability" | "partners" | "audit" | "search";
  /** Below it every address is the room's own. */
  at: string;
  /** One of these scopes opens it. */
  scopes: readonly string[];
  page: ComponentType;
  /** Reached by another way than the list of rooms. */
  aside?: boolean;
}

export const rooms: readonly Room[] = [
  {
    name: "overview",
    at: "/",
    scopes: ["settlement:read"],
    page: pageOf("cycles", () => import("./cycles/CyclesPage")),
  },
  {
    name: "cycles",
    at: "/cycles",
    scopes: ["settlement:read"],
    page: pageOf("cycles", () => import("./cycles/CyclesPage")),
    aside: true,
  },
  { name: "statements", at: "/statements", scopes: ["settlement:read"], page: StatementPage },
  {
    name: "work",
    at: "/tasks",
    scopes: ["settlement:read", "reconciliation:write", "campaigns:publish", "rewards:write"],
    page: pageOf("work", () => import("./work/WorkPage")),
  },
  {
    name: "campaigns",
    at: "/campaigns",
    scopes: ["campaigns:read"],
    page: pageOf("campaigns", () => import("./campaigns/CampaignsPage")),
  },
  {
    name: "liability",
    at: "/liability",
    scopes: ["settlement:read", "analytics:read"],
    page: pageOf("office", () => import("./office/LiabilityPage")),
  },
  {
    name: "partners",
    at: "/partners",
    scopes: ["settlement:read", "partners:manage", "people:manage", "clients:manage"],
    page: pageOf("office", () => import("./office/PartnersPage")),
  },
  {
    name: "audit",
    at: "/audit",
    scopes: ["audit:read", "clients:manage", "people:manage", "settlement:read"],
    page: pageOf("office", () => import("./office/AuditPage")),
  },
  {
    name: "search",
    at: "/search",
    scopes: ["settlement:read", "campaigns:read", "people:manage"],
    page: pageOf("office", () => import("./office/SearchPage")),
    aside: true,
  },
];
