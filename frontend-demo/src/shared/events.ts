/** Reads server-sent events out of a response's bytes (graphql-sse, distinct connections). */

export interface ServerEvent {
  event: string;
  data: string;
}

/** Takes text as it comes, in pieces of any length, and hands over each event once it is whole. */
export function eventReader(take: (event: ServerEvent) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parsed(block);
      if (event) take(event);
    }
  };
}

function parsed(block: string): ServerEvent | null {
  const event: ServerEvent = { event: "message", data: "" };
  let said = false;
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at <= 0) continue; // a comment, which only keeps the line awake
    const value = line.slice(at + 1).replace(/^ /, "");
    if (line.startsWith("event:")) event.event = value;
    if (line.startsWith("data:")) event.data += value;
    said = true;
  }
  return said ? event : null;
}
