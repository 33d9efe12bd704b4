/** Why something is suggested, beyond what the outcome and the two records say themselves. */

import type { Detail } from "./documents";

type About = Pick<Detail, "outcome" | "suggestion" | "because">;
/** In our words by their name, or in the server's own, who alone knows the row or the cell. */
type Because = { words: "MATCH" | "ALONE" | "ASK" | "TWICE" } | { own: string } | null;

export function because({ outcome, suggestion, because: own }: About): Because {
  if (outcome === "DUPLICATE" || outcome === "REJECTED") return { own: own.charAt(0).toUpperCase() + own.slice(1) };
  if (suggestion === "MATCH") return { words: "MATCH" };
  if (outcome === "MISSING_IN_LEDGER") return { words: "ALONE" };
  if (outcome === "MISSING_IN_FILE") return { words: suggestion === "REVERSE" ? "TWICE" : "ASK" };
  return null;
}
