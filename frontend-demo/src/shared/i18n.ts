/**
 * Words in the reader's language. An entry brings the English of its first page along; every other file in `locales/` is
 * loaded when somebody reads it, with the page that needs it. What a language lacks is said in English.
 */

import i18next, { type i18n, type Resource, type Namespace, type TFunction } from "i18next";
import { type ComponentType, lazy } from "react";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", lv: "Latviešu", bg: "Български", fi: "Suomi", hu: "Magyar" } as const;
export type Language = keyof typeof LANGUAGES;
export type Words = Record<string, unknown>;

const KEY = "hansa.language";
const FILES = import.meta.glob<{ default: Words }>([
  "../locales/*/*.json",
  "!../locales/en/{common,member,console,till}.json",
]);

const path = (language: string, namespace: string) => `../locales/${language}/${namespace}.json`;
const isLanguage = (name: string): name is Language => Object.hasOwn(LANGUAGES, name);

/** The languages there are words for. */
export const offered = (Object.keys(LANGUAGES) as Language[]).filter(
  (language) => language === "en" || Object.hasOwn(FILES, path(language, "common")),
);

const spoken = i18next.createInstance();
const read = new Set<string>();

export async function speak(english: Record<string, Words>): Promise<i18n> {
  spoken.on("languageChanged", (language: string) => {
    document.documentElement.lang = language;
  });
  await spoken.use(initReactI18next).init({
    resources: { en: english } as Resource,
    lng: "en",
    fallbackLng: "en",
    ns: Object.keys(english),
    defaultNS: "common",
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  for (const namespace of Object.keys(english)) read.add(namespace);
  await changeLanguage(preferred());
  return spoken;
}

export async function changeLanguage(language: Language): Promise<void> {
  await Promise.all([...read].map((namespace) => load(language, namespace)));
  await spoken.changeLanguage(language);
}

/** A page that is loaded when somebody goes there, and its words with it. */
export function pageOf<P extends object>(namespace: string, page: () => Promise<{ default: ComponentType<P> }>) {
  return lazy(async () => {
    read.add(namespace);
    const languages = new Set(["en", spoken.language]);
    const [loaded] = await Promise.all([page(), ...[...languages].map((language) => load(language, namespace))]);
    return loaded;
  });
}

/** A word for something the contract leaves open, such as a kind that a later server may know; else its own name. */
export function wordFor<N extends Namespace>(t: TFunction<N>, group: string, name: string): string {
  return (t as TFunction<"common", undefined>)(`${group}.${name}` as never, { defaultValue: name });
}

/** Words by names that the contract leaves open, in the reader's language alone; null for what it has none for. */
export async function worded(namespace: string): Promise<(name: string) => string | null> {
  const { language } = spoken;
  await load(language, namespace).catch(() => undefined);
  return (name) => (spoken.getResource(language, namespace, name) as string | undefined) ?? null;
}

async function load(language: string, namespace: string): Promise<void> {
  if (spoken.hasResourceBundle(language, namespace)) return;
  const file = FILES[path(language, namespace)];
  if (file) spoken.addResourceBundle(language, namespace, (await file()).default);
}

export function remember(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function preferred(): Language {
  const wishes = [remembered(), ...navigator.languages.map((tag) => tag.split("-")[0] ?? "")];
  const found = wishes.find((wish): wish is Language => wish !== null && isLanguage(wish) && offered.includes(wish));
  return found ?? "en";
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
