/** An invitation as it is passed on. */

/** As people read it to each other: four and four. */
export const grouped = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

export interface Passed {
  text: string;
  url: string;
}

/** Where the system has no sheet for sharing, or refuses, it is copied; `false` where somebody thought better of it. */
export async function pass({ text, url }: Passed, at: Navigator = navigator): Promise<"shared" | "copied" | false> {
  if ("share" in at && (!("canShare" in at) || at.canShare({ text, url }))) {
    try {
      await at.share({ text, url });
      return "shared";
    } catch (reason) {
      if (reason instanceof DOMException && reason.name === "AbortError") return false;
    }
  }
  await at.clipboard.writeText(`${text} ${url}`);
  return "copied";
}
