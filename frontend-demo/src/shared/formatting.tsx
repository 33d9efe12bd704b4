/** Hands the formats of the page's language and of the coalition's time zone to whoever shows figures. */

import { createContext, useContext, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { formats, type Formats } from "./formats";

const Formatting = createContext<Formats>(formats("en", "UTC"));

interface Props {
  timeZone: string;
  now: string;
  children: ReactNode;
}

export function FormattingIn({ timeZone, now, children }: Props) {
  const { i18n } = useTranslation();
  const value = useMemo(() => formats(i18n.language, timeZone, new Date(now)), [i18n.language, timeZone, now]);
  return <Formatting value={value}>{children}</Formatting>;
}

export const useFormats = (): Formats => useContext(Formatting);
