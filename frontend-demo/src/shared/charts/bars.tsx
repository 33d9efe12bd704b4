/**
 * Bars to both sides of one zero line, each with its figure at its end. A list that says every name and figure, so it needs
 * no table beneath; the bars are only its picture.
 */

import type { CSSProperties, ReactNode } from "react";
import { Link } from "wouter";

import { isNegative, isZero } from "../exact";
import "./charts.css";
import { largestOf, partOf } from "./scale";

export interface Bar {
  key: string;
  /** Whose it is: a `PartnerName`, or words. */
  label: ReactNode;
  /** An exact figure; below zero to the left. */
  value: string;
  /** The figure as people read it. */
  shown: string;
  /** A partner's colour, by `toneOf`; without one the bar is of the house. */
  tone?: CSSProperties;
  /** Where its parts are to be seen. */
  href?: string;
}

interface Props {
  bars: readonly Bar[];
  /** What lies to the left and to the right; left out where the signs say it. */
  sides?: { left: string; right: string };
  /** What all of them together come to. */
  total?: { label: ReactNode; shown: string };
  /** The figure that fills a side, so that several charts can be compared; the largest, if not said. */
  largest?: number;
  label: string;
}

export function DivergingBars({ bars, sides, total, largest = largestOf(bars.map((bar) => bar.value)), label }: Props) {
  return (
    <div className="bars">
      {sides && (
        <p className="bars-sides" aria-hidden="true">
          <span>{sides.left}</span>
          <span>{sides.right}</span>
        </p>
      )}
      <ul aria-label={label}>
        {bars.map((bar) => (
          <li key={bar.key} className="bar">
            {bar.href ? (
              <Link href={bar.href} className="bar-row">
                <Drawn bar={bar} largest={largest} />
              </Link>
            ) : (
              <div className="bar-row">
                <Drawn bar={bar} largest={largest} />
              </div>
            )}
          </li>
        ))}
      </ul>
      {total && (
        <p className="bars-total">
          <span className="bar-label">{total.label}</span>
          <span className="bars-total-figure figures">{total.shown}</span>
        </p>
      )}
    </div>
  );
}

function Drawn({ bar, largest }: { bar: Bar; largest: number }) {
  const side = isZero(bar.value) ? "even" : isNegative(bar.value) ? "left" : "right";
  return (
    <>
      <span className="bar-label">{bar.label}</span>
      <span className={`bar-track ${side}`}>
        <span
          className={bar.tone ? "bar-length share" : "bar-length house"}
          style={{ ...bar.tone, "--part": partOf(bar.value, largest) } as CSSProperties}
        />
        <span className="bar-figure figures">{bar.shown}</span>
      </span>
    </>
  );
}
