/** What a scanner, or a hand, put into the one field of the till. */

export type Scanned =
  | { is: "code"; code: string }
  | { is: "voucher"; code: string }
  | { is: "referral"; code: string }
  | { is: "card"; number: string }
  /** An article or a card: the catalogue is asked first. */
  | { is: "number"; text: string }
  | { is: "words"; text: string };

const ALPHABET = "0-9A-HJKMNP-TV-Z";
/** A member's own codes as they are printed and drawn: cards are EAN-13 of the range that shops keep for themselves. */
const CARD = /^2\d{12}$/;
const PACK = new RegExp(`^[${ALPHABET}]{17}$`);
const VOUCHER = new RegExp(`^[${ALPHABET}]{14}$`);
const LINK = /\/([cr])\/([0-9A-Za-z-]+)\/?(?:[?#].*)?$/;

export function scanned(raw: string): Scanned {
  const text = raw.trim();
  const link = LINK.exec(text);
  if (link?.[2]) return { is: link[1] === "c" ? "code" : "referral", code: link[2] };
  const bare = text.replace(/[\s-]/g, "").toUpperCase();
  if (CARD.test(bare) && checks(bare)) return { is: "card", number: bare };
  const crockford = bare.replace(/O/g, "0").replace(/[IL]/g, "1");
  if (/\d/.test(bare) && /[A-Z]/.test(bare)) {
    if (PACK.test(crockford)) return { is: "code", code: text };
    if (VOUCHER.test(crockford)) return { is: "voucher", code: text };
  }
  return /\d/.test(text) && !/\s\D/.test(text) ? { is: "number", text } : { is: "words", text };
}

/** The last digit of an EAN checks the others. */
export function checks(digits: string): boolean {
  const total = [...digits].reverse().reduce((sofar, digit, place) => sofar + Number(digit) * (place % 2 ? 3 : 1), 0);
  return total % 10 === 0;
}
