/** What a scanner reads: the bars and squares of a number or code, as paths for a drawing. */

import JsBarcode from "jsbarcode";
import { encode } from "uqr";

export type Symbology = "EAN13" | "CODE128";

export interface Bars {
  symbology: Symbology;
  /** In modules, the quiet zones aside. */
  width: number;
  /** Of a drawing one unit high. */
  path: string;
}

export interface Squares {
  /** Modules in each direction, the quiet zone aside. */
  size: number;
  path: string;
}

const EAN_13 = /^\d{13}$/;

/** Whether the last of thirteen digits checks the others. */
export function isEan13(value: string): boolean {
  if (!EAN_13.test(value)) return false;
  const total = [...value].reduce((sofar, digit, place) => sofar + Number(digit) * (place % 2 ? 3 : 1), 0);
  return total % 10 === 0;
}

/** As the shops' scanners expect it: thirteen digits that check as EAN-13, all else as Code 128; null if it cannot be. */
export function barsOf(value: string): Bars | null {
  const symbology = isEan13(value) ? "EAN13" : "CODE128";
  const drawn: { encodings?: { data: string }[] } = {};
  try {
    JsBarcode(drawn, value, { format: symbology, flat: true });
  } catch {
    return null;
  }
  const modules = drawn.encodings?.map((part) => part.data).join("") ?? "";
  return { symbology, width: modules.length, path: runs(modules, 0) };
}

export function squaresOf(value: string): Squares {
  const { size, data } = encode(value, { ecc: "M", border: 0 });
  const rows = data.map((row, y) => runs(row.map((dark) => (dark ? "1" : "0")).join(""), y));
  return { size, path: rows.join("") };
}

/** Dark modules that stand side by side are one bar. */
function runs(modules: string, y: number): string {
  return [...modules.matchAll(/1+/g)].map((run) => `M${run.index} ${y}h${run[0].length}v1h-${run[0].length}z`).join("");
}
