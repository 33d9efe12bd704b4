/** Light or dark; until somebody chooses, as the system wishes. */

import { useTranslation } from "react-i18next";

import { type Theme, useTheme } from "../../shared/theme";

const THEMES: readonly Theme[] = ["light", "dark"];

export function Themes() {
  const { t } = useTranslation("me");
  const { theme, toggle } = useTheme();
  return (
    <fieldset className="me-themes">
      <legend>{t("overview.theme")}</legend>
      {THEMES.map((one) => (
        <label key={one}>
          <input type="radio" name="theme" checked={theme === one} onChange={toggle} />
          {t(`overview.themes.${one}`)}
        </label>
      ))}
    </fieldset>
  );
}
