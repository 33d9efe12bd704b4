/** A card's number as people read it out. */

const EAN_13 = /^(\d)(\d{6})(\d{6})$/;

export function inGroups(number: string): string {
  const ean = EAN_13.exec(number);
  const groups = ean ? ean.slice(1) : (number.match(/.{1,4}/g) ?? []);
  return groups.join("\u00a0");
}
