/** Rows as comma-separated values (RFC 4180). */

interface Written<Row> {
  label: string;
  text: (row: Row) => string;
}

/** A cell that a spreadsheet would take for a formula is told to be text. */
const cell = (text: string) => {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

export function toCsv<Row>(columns: readonly Written<Row>[], rows: readonly Row[]): string {
  const head = columns.map((column) => cell(column.label));
  const lines = rows.map((row) => columns.map((column) => cell(column.text(row))));
  return [head, ...lines].map((line) => line.join(",")).join("\r\n") + "\r\n";
}
