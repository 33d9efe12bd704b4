/** A sentence whose places are filled by inputs. The order of words is the language's own. */

import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Place, Template } from "../terms/clauseWords";

const OPEN = "\u0001";
const SHUT = "\u0002";
const PLACES: readonly Place[] = ["how", "amount", "number", "field", "values", "from", "until"];
const MARKED = Object.fromEntries(PLACES.map((place) => [place, OPEN + place + SHUT])) as Record<Place, string>;

export function Filled({ template, places }: { template: Template; places: Partial<Record<Place, ReactNode>> }) {
  const { t } = useTranslation("campaigns");
  const pieces = t(`clauses.${template}`, MARKED).split(OPEN);
  return (
    <span className="filled">
      {pieces.map((piece, at) => {
        const [place, words] = at === 0 ? [null, piece] : (piece.split(SHUT) as [Place, string]);
        return (
          <Fragment key={at}>
            {place && places[place]}
            {words && <span>{words.trim()}</span>}
          </Fragment>
        );
      })}
    </span>
  );
}
