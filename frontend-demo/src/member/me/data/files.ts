/** What was gathered, as files: all of it as JSON, the activity as a table. */

import type { ResultOf } from "../../../shared/graphql";
import { toCsv } from "../../../shared/csv";
import type { activity } from "./documents";
import type { Gathered } from "./gathering";

type Line = ResultOf<typeof activity>["me"]["wallet"]["part"]["nodes"][number];

export interface About {
  programme: string;
  /** By the programme's clock. */
  at: string;
  language: string;
}

export const toJson = ({ parts }: Gathered, about: About): string =>
  `${JSON.stringify({ ...about, ...parts }, null, 2)}\n`;

/** The names of the columns are those of the contract, so that programs may read them in every language. */
export function activityCsv({ parts }: Gathered): string {
  const lines = (parts.activity ?? []) as Line[];
  return toCsv<Line>(
    [
      { label: "occurredAt", text: (line) => line.occurredAt },
      { label: "kind", text: (line) => line.kind },
      { label: "partner", text: (line) => line.partner?.name ?? "" },
      { label: "outlet", text: (line) => line.outlet?.name ?? "" },
      { label: "reference", text: (line) => line.reference ?? "" },
      { label: "change", text: (line) => line.change },
      {
        label: "fundedBy",
        text: (line) => line.fundedBy.map(({ sponsor, points }) => `${sponsor.name} ${points}`).join("; "),
      },
    ],
    lines,
  );
}
