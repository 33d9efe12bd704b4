/** The console's entry, for partners and the coalition. */

import common from "../locales/en/common.json";
import words from "../locales/en/console.json";
import { begin } from "../shared/begin";
import "./console.css";
import { Console, WaitingConsole } from "./Console";
import { House } from "./documents";

void begin({
  at: "/console",
  for: ["PARTNER", "COALITION"],
  words: { common, console: words },
  first: House,
  shown: <Console />,
  waiting: <WaitingConsole />,
});
