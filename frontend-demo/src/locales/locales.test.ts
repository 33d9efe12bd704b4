import { expect, it } from "vitest";

import { LANGUAGES } from "../shared/i18n";

type Words = { [name: string]: string | Words };

const files = import.meta.glob<{ default: Words }>("./*/*.json", { eager: true });
const languages = Object.keys(LANGUAGES);
const namespaces = Object.keys(files)
  .filter((path) => path.startsWith("./en/"))
  .map((path) => path.slice("./en/".length));

const PLURAL = /_(zero|one|two|few|many|other)$/;

/** All texts by their names: `group.name`, a plural form with its ending. */
function texts(words: Words, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([name, value]) =>
      typeof value === "string" ? [[prefix + name, value] as const] : [...texts(value, `${prefix}${name}.`)],
    ),
  );
}

const of = (language: string, file: string) => texts(files[`./${language}/${file}`]?.default ?? {});

/** What a language has to say: for each text its name, for each that counts one for every form the language has. */
function needed(language: string, file: string): string[] {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const names = [...of("en", file).keys()].flatMap((name) => {
    const stem = name.replace(PLURAL, "");
    return stem === name ? [name] : forms.map((form) => `${stem}_${form}`);
  });
  return [...new Set(names)].sort();
}

const places = (text: string) => [...text.matchAll(/{{\s*(\w+)/g)].map(([, name]) => name).filter((name) => name !== "count");

it.each(languages.flatMap((language) => namespaces.map((file) => [language, file] as const)))(
  "%s says all of %s, in every plural form it has, and nothing else",
  (language, file) => {
    expect([...of(language, file).keys()].sort()).toEqual(needed(language, file));
  },
);

it.each(languages.flatMap((language) => namespaces.map((file) => [language, file] as const)))(
  "%s leaves out no figure or name that %s speaks of",
  (language, file) => {
    const english = of("en", file);
    for (const [name, text] of of(language, file)) {
      const source = english.get(name) ?? english.get(name.replace(PLURAL, "_other")) ?? "";
      expect({ name, places: new Set(places(text)) }).toEqual({ name, places: new Set(places(source)) });
    }
  },
);
