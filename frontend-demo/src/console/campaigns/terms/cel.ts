/** Reads the part of CEL that conditions are written in (docs/expressions.md) as a tree, or says nothing of it. */

export type Tree = { paren?: true } & (
  | { is: "number"; value: bigint }
  | { is: "text"; value: string }
  | { is: "truth"; value: boolean }
  | { is: "name"; path: string }
  | { is: "list"; of: Tree[] }
  | { is: "call"; of: string; on: Tree | null; with: Tree[] }
  | { is: "compared"; by: Comparison; left: Tree; right: Tree }
  | { is: "not"; of: Tree }
  | { is: "all" | "any"; of: Tree[] }
);
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in";

const WORD = /\s*(?:(\d+)|([A-Za-z_]\w*)|"((?:[^"\\\n]|\\["\\nt])*)"|(&&|\|\||[=!<>]=|[<>!()[\],.]))/y;
const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);
const ESCAPES: Record<string, string> = { '"': '"', "\\": "\\", n: "\n", t: "\t" };

interface Word {
  kind: "number" | "name" | "text" | "sign";
  says: string;
}

class NotSaid extends Error {}

/** The tree of an expression; null where it says something that this reader does not know. */
export function treeOf(text: string): Tree | null {
  try {
    const reader = new Reader(wordsOf(text));
    const tree = reader.any();
    return reader.atEnd() ? tree : null;
  } catch (error) {
    if (error instanceof NotSaid) return null;
    throw error;
  }
}

/** A text as an expression has it, between quotes. */
export const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`;

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  const end = text.trimEnd().length;
  WORD.lastIndex = 0;
  while (WORD.lastIndex < end) {
    const found = WORD.exec(text);
    if (!found) throw new NotSaid();
    const [, number, name, quote, sign] = found;
    if (number !== undefined) words.push({ kind: "number", says: number });
    else if (name !== undefined) words.push({ kind: name === "in" ? "sign" : "name", says: name });
    else if (quote !== undefined) words.push({ kind: "text", says: quote.replace(/\\(.)/g, (_, sign: string) => ESCAPES[sign] ?? "") });
    else words.push({ kind: "sign", says: sign ?? "" });
  }
  return words;
}

class Reader {
  private at = 0;
  constructor(private readonly words: readonly Word[]) {}

  atEnd = () => this.at === this.words.length;

  any(): Tree {
    return this.joined("any", "||", () => this.joined("all", "&&", () => this.compared()));
  }

  private joined(is: "all" | "any", sign: string, part: () => Tree): Tree {
    const of = [part()];
    while (this.took(sign)) of.push(part());
    return of.length === 1 ? (of[0] as Tree) : { is, of };
  }

  private compared(): Tree {
    const left = this.one();
    const word = this.words[this.at];
    if (word?.kind !== "sign" || !COMPARISONS.has(word.says)) return left;
    this.at += 1;
    return { is: "compared", by: word.says as Comparison, left, right: this.one() };
  }

  private one(): Tree {
    if (this.took("!")) return { is: "not", of: this.one() };
    if (this.took("(")) {
      const inner = this.any();
      this.need(")");
      return this.asked({ ...inner, paren: true });
    }
    if (this.took("[")) return { is: "list", of: this.listed("]") };
    const word = this.words[this.at++];
    if (!word || word.kind === "sign") throw new NotSaid();
    if (word.kind === "number") return { is: "number", value: BigInt(word.says) };
    if (word.kind === "text") return this.asked({ is: "text", value: word.says });
    if (word.says === "true" || word.says === "false") return { is: "truth", value: word.says === "true" };
    if (this.took("(")) return this.asked({ is: "call", of: word.says, on: null, with: this.listed(")") });
    return this.asked({ is: "name", path: word.says });
  }

  /** What stands after a point: another part of a name, or something asked of what stands before. */
  private asked(tree: Tree): Tree {
    let asked = tree;
    while (this.took(".")) {
      const word = this.words[this.at++];
      if (word?.kind !== "name") throw new NotSaid();
      if (this.took("(")) asked = { is: "call", of: word.says, on: asked, with: this.listed(")") };
      else if (asked.is === "name" && !asked.paren) asked = { is: "name", path: `${asked.path}.${word.says}` };
      else throw new NotSaid();
    }
    return asked;
  }

  private listed(end: string): Tree[] {
    const of: Tree[] = [];
    if (this.took(end)) return of;
    do of.push(this.any());
    while (this.took(","));
    this.need(end);
    return of;
  }

  private took(sign: string): boolean {
    const word = this.words[this.at];
    if (word?.kind !== "sign" || word.says !== sign) return false;
    this.at += 1;
    return true;
  }

  private need(sign: string): void {
    if (!this.took(sign)) throw new NotSaid();
  }
}
