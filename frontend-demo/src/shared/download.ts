/** Hands a text to the reader as a file. */
export function download(name: string, content: string, media: string): void {
  save(name, new Blob([content], { type: `${media};charset=utf-8` }));
}

/** Fetches a file of the server and hands it on; throws when there is none, or none to be reached. */
export async function downloadFile(address: string, name: string, headers: Record<string, string>): Promise<void> {
  const answer = await fetch(address, { credentials: "same-origin", headers });
  if (!answer.ok) throw new Error(`The file could not be fetched: ${answer.status}`);
  save(name, await answer.blob());
}

function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replace(/[\\/:*?"<>|]+/g, "-");
  link.click();
  URL.revokeObjectURL(address);
}
