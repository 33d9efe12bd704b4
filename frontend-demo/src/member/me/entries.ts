/** What there is about oneself, in the order of the overview; a part that comes later is one more line here. */

export const ENTRIES = [
  { name: "messages", at: "/me/messages" },
  { name: "friends", at: "/me/friends" },
  { name: "shops", at: "/me/shops" },
  { name: "profile", at: "/me/profile" },
  { name: "data", at: "/me/data" },
  { name: "help", at: "/me/help" },
] as const;

export type EntryName = (typeof ENTRIES)[number]["name"];
