/** Figures and dates as people read them. Points and money arrive as exact strings and are never made into floats. */

export interface Amount {
  amount: string;
  currency: string;
}

export interface Formats {
  points: (points: string | bigint) => string;
  /** With its sign, plus too; nothing stands before zero. */
  signedPoints: (points: string | bigint) => string;
  money: (money: Amount) => string;
  /** With all digits that were sent, at least the currency's. */
  decimal: (value: string, fewest?: number) => string;
  signedDecimal: (value: string, fewest?: number) => string;
  /** A share of one as per cent. */
  percent: (share: string) => string;
  /** "3 Mar", with the year when it is not this one. */
  day: (at: string | Date) => string;
  /** "Monday 2 March". */
  longDay: (at: string | Date) => string;
  time: (at: string | Date) => string;
  month: (at: string | Date) => string;
  dateTime: (at: string | Date) => string;
  /** "2026-03-02" in the coalition's time zone, to group by. */
  dayKey: (at: string | Date) => string;
}

const MINUS = "\u2212";
const MOST_DIGITS = 12;

/** English dates put the day first, as the product's words do. */
const LOCALES: Record<string, string> = { en: "en-GB" };

export function formats(language: string, timeZone: string, now: Date = new Date()): Formats {
  const locale = LOCALES[language] ?? language;
  const dates = (options: Intl.DateTimeFormatOptions, written = locale) => {
    const format = new Intl.DateTimeFormat(written, { timeZone, ...options });
    const ofDays = new Intl.DateTimeFormat(written, { timeZone: "UTC", ...options });
    return (at: string | Date) => (isDay(at) ? ofDays : format).format(new Date(at));
  };
  const dayKey = dates({}, "sv-SE");
  const thisYear = dates({ day: "numeric", month: "short" });
  const otherYear = dates({ day: "numeric", month: "short", year: "numeric" });
  const year = (at: string | Date) => dayKey(at).slice(0, 4);
  return {
    points: figure(locale, {}),
    signedPoints: figure(locale, { signDisplay: "exceptZero" }),
    money: ({ amount, currency }) => figure(locale, { style: "currency", currency })(amount),
    decimal: (value, fewest = 0) => figure(locale, digits(fewest))(value),
    signedDecimal: (value, fewest = 0) => figure(locale, { ...digits(fewest), signDisplay: "exceptZero" })(value),
    percent: figure(locale, { style: "percent", maximumFractionDigits: 4 }),
    day: (at) => (year(at) === year(now) ? thisYear(at) : otherYear(at)),
    longDay: dates({ weekday: "long", day: "numeric", month: "long" }),
    time: dates({ hour: "2-digit", minute: "2-digit" }),
    month: dates({ month: "long", year: "numeric" }),
    dateTime: dates({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }),
    dayKey,
  };
}

/** A day of the calendar, the same in every time zone. */
const isDay = (at: string | Date) => typeof at === "string" && /^\d{4}-\d\d-\d\d$/.test(at);

const digits = (fewest: number) => ({ minimumFractionDigits: fewest, maximumFractionDigits: MOST_DIGITS });

/** Digits after the point that say something. */
export const decimalsOf = (value: string): number => /\.(\d*?)0*$/.exec(value)?.[1]?.length ?? 0;

const known = new Map<string, Intl.NumberFormat>();

/** Formats an exact figure: Intl reads decimal strings to the last digit, and its hyphen becomes a minus. */
function figure(locale: string, options: Intl.NumberFormatOptions): (value: string | bigint) => string {
  const name = locale + JSON.stringify(options);
  const format = known.get(name) ?? new Intl.NumberFormat(locale, options);
  known.set(name, format);
  return (value) =>
    format
      .formatToParts(value as Intl.StringNumericLiteral)
      .map((part) => (part.type === "minusSign" ? MINUS : part.value))
      .join("");
}

/** The last day on which something that ends at an instant still holds. */
export function lastMoment(end: string): Date {
  return new Date(new Date(end).getTime() - 1);
}
