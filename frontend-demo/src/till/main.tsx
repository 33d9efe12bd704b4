/** The tills' entry. */

import common from "../locales/en/common.json";
import till from "../locales/en/till.json";
import { begin } from "../shared/begin";
import { WaitingSheet } from "../shared/states";

void begin({
  at: "/till",
  for: ["PARTNER"],
  words: { common, till },
  shown: <WaitingSheet />,
  waiting: <WaitingSheet />,
});
