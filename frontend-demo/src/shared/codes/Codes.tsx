/** A number or code for a scanner: black on white in both themes, with the quiet zone around it that scanners need. */

import { useMemo } from "react";

import "./codes.css";
import { barsOf, squaresOf } from "./marks";

interface Props {
  value: string;
  /** What it is, for those who do not see it. */
  label: string;
}

/** Modules of white around it, as the standards ask. */
const QR_QUIET = 4;
const BARS_QUIET = 11;

export function QrCode({ value, label }: Props) {
  const { size, path } = useMemo(() => squaresOf(value), [value]);
  const whole = size + 2 * QR_QUIET;
  return (
    <svg
      className="qr-code"
      viewBox={`${-QR_QUIET} ${-QR_QUIET} ${whole} ${whole}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}

/** Nothing, where the value has letters that no bar code has. */
export function Barcode({ value, label }: Props) {
  const bars = useMemo(() => barsOf(value), [value]);
  if (!bars) return null;
  return (
    <svg
      className="barcode"
      viewBox={`${-BARS_QUIET} 0 ${bars.width + 2 * BARS_QUIET} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={bars.path} />
    </svg>
  );
}
