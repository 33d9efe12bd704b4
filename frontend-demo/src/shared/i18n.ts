/**
 * Words in the reader's language. English comes with each page; a language is added by a folder in `locales/`, whose
 * files are loaded when somebody reads it. What it lacks is said in English.
 */

import i18next, { type i18n, type Resource } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", lv: "Latviešu", bg: "Български", fi: "Suomi", hu: "Magyar" } as const;
export type Language = keyof typeof LANGUAGES;
export type Words = Record<string, unknown>;

const KEY = "hansa.language";
const FILES = import.meta.glob<{ default: Words }>(["../locales/*/*.json", "!../locales/en/*.json"]);

const path = (language: string, namespace: string) => `../locales/${language}/${namespace}.json`;
const isLanguage = (name: string): name is Language => Object.hasOwn(LANGUAGES, name);

/** The languages there are words for. */
export const offered = (Object.keys(LANGUAGES) as Language[]).filter(
  (language) => language === "en" || Object.hasOwn(FILES, path(language, "common")),
);

export async function speak(english: Record<string, Words>): Promise<i18n> {
  const instance = i18next.createInstance();
  instance.on("languageChanged", (language: string) => {
    document.documentElement.lang = language;
  });
  await instance.use(initReactI18next).init({
    resources: { en: english } as Resource,
    lng: "en",
    fallbackLng: "en",
    ns: Object.keys(english),
    defaultNS: "common",
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await changeLanguage(instance, preferred());
  return instance;
}

export async function changeLanguage(instance: i18n, language: Language): Promise<void> {
  const namespaces = [instance.options.ns ?? []].flat();
  await Promise.all(
    namespaces.map(async (namespace) => {
      const file = FILES[path(language, namespace)];
      if (file) instance.addResourceBundle(language, namespace, (await file()).default);
    }),
  );
  await instance.changeLanguage(language);
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
