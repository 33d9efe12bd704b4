/** What every page has: the mark, the theme, the language, the way out. */

import { createContext, type MouseEvent, type ReactNode, type Ref, useContext } from "react";
import { useTranslation } from "react-i18next";

import "./chrome.css";
import { changeLanguage, LANGUAGES, type Language, offered, remember } from "./i18n";
import { useLine } from "./line";
import seal from "./seal.svg";
import { useTheme } from "./theme";

export function Masthead({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="masthead">
      <img src={seal} width="36" height="36" alt="" />
      <span className="masthead-title">{title}</span>
      <div className="masthead-tools">
        {children}
        <LanguageChoice />
        <ThemeToggle />
      </div>
    </header>
  );
}

export function ThemeToggle() {
  const { t } = useTranslation();
  const { theme, toggle } = useTheme();
  const label = t(theme === "dark" ? "theme.toLight" : "theme.toDark");
  return (
    <button type="button" className="tool" onClick={toggle} aria-label={label} title={label}>
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
        {theme === "dark" ? <Sun /> : <path d="M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z" />}
      </svg>
    </button>
  );
}

const Sun = () => (
  <>
    <circle cx="12" cy="12" r="4.200" />
    <path d="M12 2.500v2.300M12 19.200v2.300M2.500 12h2.300M19.200 12h2.300M5.300 5.300l1.600 1.600M17.100 17.100l1.600 1.600M5.300 18.700l1.600-1.600M17.100 6.900l1.600-1.600" />
  </>
);

export function LanguageChoice() {
  const { t, i18n } = useTranslation();
  if (offered.length < 2) return null;
  const choose = (language: Language) => {
    remember(language);
    void changeLanguage(language);
  };
  return (
    <select
      className="tool"
      aria-label={t("language")}
      value={i18n.language}
      onChange={(event) => choose(event.target.value as Language)}
    >
      {offered.map((language) => (
        <option key={language} value={language} lang={language}>
          {LANGUAGES[language]}
        </option>
      ))}
    </select>
  );
}

/** Says that figures may be old, only while they may; the room for it is always there. */
export function LineState() {
  const { t } = useTranslation();
  const line = useLine();
  return (
    <p className="line-state" role="status">
      {line === "lost" && (
        <>
          <span className="line-pulse" aria-hidden="true" />
          {t("line.lost")}
        </>
      )}
    </p>
  );
}

const InMain = createContext(false);

/** The page's own part, which the way past the navigation leads to. */
export function Main({ children, place }: { children: ReactNode; place?: Ref<HTMLElement> }) {
  return (
    <main id="content" tabIndex={-1} ref={place}>
      <InMain value={true}>{children}</InMain>
    </main>
  );
}

/** For those who move by keyboard: the first stop of a page. */
export function SkipLink() {
  const { t } = useTranslation();
  return (
    <a className="skip" href="#content" onClick={past}>
      {t("skip")}
    </a>
  );
}

/** The address stays what it is: it says where one is. */
function past(event: MouseEvent<HTMLAnchorElement>): void {
  event.preventDefault();
  document.querySelector<HTMLElement>(event.currentTarget.hash)?.focus();
}

interface NoticeProps {
  heading: string;
  children?: ReactNode;
  action?: { label: string; act: () => void };
  urgent?: boolean;
}

/** A page that has something to say in place of figures. */
export function Notice({ heading, children, action, urgent = false }: NoticeProps) {
  const Part = useContext(InMain) ? "section" : "main";
  return (
    <Part className="notice">
      <img src={seal} width="56" height="56" alt="" />
      <div role={urgent ? "alert" : undefined}>
        <h1>{heading}</h1>
        {children}
      </div>
      {action && (
        <button type="button" className="action" onClick={action.act}>
          {action.label}
        </button>
      )}
    </Part>
  );
}

export const Bone = ({ width, height = "1em" }: { width: string; height?: string }) => (
  <span className="bone" style={{ width, height }} aria-hidden="true" />
);
