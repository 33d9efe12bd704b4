/** Amounts as people type them, made exact: "1 234,50" and "1,234.50" are 1234.50. */

export function exactly(typed: string): string | null {
  const text = typed.replace(/[\s\u00a0\u202f'’]/g, "");
  const [, whole = "", sign = "", part = ""] = /^(\d{1,3}(?:[.,]\d{3})*|\d+)(?:([.,])(\d{1,6}))?$/.exec(text) ?? [];
  if (!whole) return null;
  const separators = whole.replace(/\d/g, "");
  // One separator before three digits may be either: without another sign it parts thousands only if there are several.
  if (separators.length === 1 && sign === "") return null;
  if (sign !== "" && separators.includes(sign)) return null;
  return whole.replace(/\D/g, "") + (part ? `.${part}` : "");
}
