/** The names of all texts: one that is not there is a type error. */

import type campaigns from "../locales/en/campaigns.json";
import type common from "../locales/en/common.json";
import type console from "../locales/en/console.json";
import type cycles from "../locales/en/cycles.json";
import type me from "../locales/en/me.json";
import type member from "../locales/en/member.json";
import type office from "../locales/en/office.json";
import type rewards from "../locales/en/rewards.json";
import type till from "../locales/en/till.json";
import type work from "../locales/en/work.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: {
      campaigns: typeof campaigns;
      common: typeof common;
      console: typeof console;
      cycles: typeof cycles;
      me: typeof me;
      member: typeof member;
      office: typeof office;
      rewards: typeof rewards;
      till: typeof till;
      work: typeof work;
    };
  }
}
