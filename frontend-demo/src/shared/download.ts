/** Hands a text to the reader as a file. */
export function download(name: string, content: string, media: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: `${media};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replace(/[\\/:*?"<>|]+/g, "-");
  link.click();
  URL.revokeObjectURL(address);
}
