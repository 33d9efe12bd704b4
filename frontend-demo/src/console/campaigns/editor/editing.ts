/** What the parts of the editor share: the terms, how they change, what is wrong with them, and what there is to choose. */

import { createContext, useContext } from "react";

import type { Refusal } from "../../../shared/acts";
import type { ChoicesFound } from "../documents";
import type { Terms } from "../terms/terms";
import type { Speaker } from "../terms/wording";

export interface Editing {
  terms: Terms;
  put: (change: Partial<Terms>) => void;
  refusals: readonly Refusal[];
  choices: ChoicesFound;
  speaker: Speaker;
  timeZone: string;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error("There is no editor around this part.");
  return editing;
}

const BEFORE = ["input", "terms"];
const UNREADABLE = /^Variable '\$terms' has invalid value at \.([\w.[\]]+): (.+)$/s;

/** Refusals with their places: what could not even be read as a figure names its place in its words. */
export const placed = (refusals: readonly Refusal[]): Refusal[] =>
  refusals.map((refusal) => {
    const [, place, message] = UNREADABLE.exec(refusal.message) ?? [];
    return place && message ? { ...refusal, message, path: [...BEFORE, ...place.split(/[.[\]]+/).filter(Boolean)] } : refusal;
  });

/** What is wrong at a place of the terms, such as `rule.flat.points`. */
export function wrongAt(refusals: readonly Refusal[], path: string): string | null {
  const found = refusals.find((refusal) => placeOf(refusal) === path);
  if (!found) return null;
  return found.own ? `${found.message} (${found.own})` : found.message;
}

export const placeOf = ({ path = [] }: Refusal): string =>
  path.filter((part, at) => at > 1 || !BEFORE.includes(part)).join(".");
