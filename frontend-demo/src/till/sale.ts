/** One sale at the till, from the first scan until it is paid or broken off. */

import { sum } from "../shared/exact";
import { type Article, type Line, linesOf, type LineInput, type Off, rest, toPay, withArticle, withChange, without } from "./basket";
import type { Known, UseInput } from "./documents";

export type MemberRef = { id: string } | { cardNumber: string };

export interface Customer {
  ref: MemberRef;
  /** As the card or the cashier said it. */
  label: string;
  /** What the server told; null while nobody could be asked. */
  known: Known | null;
}

export interface Voucher {
  code: string | null;
  id: string | null;
  name: string;
  off: string;
  lines: readonly Off[];
}

/** Points set aside until the sale is paid. */
export interface SetAside {
  redemption: string;
  points: string;
  /** What they pay; nothing where they are for a reward. */
  worth: string;
  /** What they were taken for; empty where they simply pay. */
  reward: string;
  lines: readonly Off[];
  /** Whether they can still be given back; a reward without a hold was had at once. */
  held: boolean;
}

export interface Sale {
  /** One for ever: whatever is sent for this sale carries it. */
  key: string;
  receipt: string;
  lines: readonly Line[];
  customer: Customer | null;
  vouchers: readonly Voucher[];
  aside: readonly SetAside[];
  /** Its vouchers were asked to be used and stand in no sale yet: where it breaks off there, they are taken back. */
  using: UseInput | null;
  /** How often that came to nothing; each time has a key of its own. */
  unused: number;
}

export type Step =
  | { do: "begin"; sale: Sale }
  | { do: "article"; article: Article; price: string }
  | { do: "line"; number: number; change: Partial<Pick<Line, "quantity" | "price">> }
  | { do: "drop"; number: number }
  | { do: "customer"; customer: Customer | null }
  | { do: "vouchers"; vouchers: readonly Voucher[] }
  | { do: "use"; input: UseInput }
  | { do: "unused" }
  | { do: "aside"; aside: SetAside }
  | { do: "back"; redemption: string };

export function after(sale: Sale, step: Step): Sale {
  switch (step.do) {
    case "begin":
      return step.sale;
    case "article":
      return { ...sale, lines: withArticle(sale.lines, step.article, step.price) };
    case "line":
      return { ...sale, lines: withChange(sale.lines, step.number, step.change) };
    case "drop":
      return { ...sale, lines: without(sale.lines, step.number) };
    case "customer":
      // What was a member's own goes with the member.
      return { ...sale, customer: step.customer, vouchers: sale.vouchers.filter(({ code }) => code !== null) };
    case "vouchers":
      return { ...sale, vouchers: step.vouchers };
    case "use":
      return { ...sale, using: step.input };
    case "unused":
      return { ...sale, using: null, unused: sale.unused + 1 };
    case "aside":
      return { ...sale, aside: [...sale.aside, step.aside] };
    case "back":
      return { ...sale, aside: sale.aside.filter(({ redemption }) => redemption !== step.redemption) };
  }
}

/** Letters and digits that nobody confuses when a receipt is read out. */
const LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

export function aSale(now: Date, key: string = crypto.randomUUID()): Sale {
  const [day, time] = now.toISOString().split("T") as [string, string];
  const tail = [...key.replace(/-/g, "").slice(0, 8)].reduce((sofar, digit) => (sofar * 16 + Number.parseInt(digit, 16)) % 810_000, 0);
  const letters = [0, 1, 2, 3].map((place) => LETTERS[Math.floor(tail / 30 ** place) % 30]).join("");
  const receipt = `${day.slice(2).replaceAll("-", "")}-${time.slice(0, 5).replace(":", "")}-${letters}`;
  return { key, receipt, lines: [], customer: null, vouchers: [], aside: [], using: null, unused: 0 };
}

const offsOf = (sale: Sale): Off[] => [...sale.vouchers.flatMap(({ lines }) => lines), ...sale.aside.flatMap(({ lines }) => lines)];

/** The lines as they are sold, vouchers and rewards taken off. */
export const sold = (sale: Sale, digits: number): LineInput[] => linesOf(sale.lines, offsOf(sale), digits);

export interface Figures {
  whole: string;
  byPoints: string;
  due: string;
}

export function figuresOf(sale: Sale, digits: number): Figures {
  const whole = toPay(sold(sale, digits));
  const byPoints = sum(["0", ...sale.aside.map(({ worth }) => worth)]);
  return { whole, byPoints, due: rest(whole, byPoints) };
}

export const isEmpty = (sale: Sale): boolean => sale.lines.length === 0 && !sale.customer && sale.aside.length === 0;
