import { expect, it } from "vitest";

type Words = { [name: string]: string | Words };

const files = import.meta.glob<{ default: Words }>("./*/*.json", { eager: true });

/** The names of all texts; plural forms count as one, for each language has its own. */
function names(words: Words, prefix = ""): string[] {
  return Object.entries(words).flatMap(([name, value]) =>
    typeof value === "string" ? [prefix + name.replace(/_(zero|one|two|few|many|other)$/, "")] : names(value, `${prefix}${name}.`),
  );
}

const of = (path: string) => [...new Set(names(files[path]?.default ?? {}))].sort();

it("every language says all that English says, and nothing else", () => {
  for (const path of Object.keys(files)) {
    const english = path.replace(/^\.\/\w+\//, "./en/");
    expect({ path, names: of(path) }).toEqual({ path, names: of(english) });
  }
});
