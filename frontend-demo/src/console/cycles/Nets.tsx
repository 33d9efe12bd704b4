/** What a cycle comes to for each party, about one zero line, and together. */

import { useTranslation } from "react-i18next";

import { DivergingBars } from "../../shared/charts/bars";
import { useFormats } from "../../shared/formatting";
import { PartnerName, toneOf } from "../../shared/partner";
import type { Party } from "./documents";
import { keyOf, type Net, together } from "./parties";

interface Props {
  nets: readonly Net[];
  currency: string;
  /** The address of a party's statement. */
  hrefOf?: (slug: string) => string;
}

export function Nets({ nets, currency, hrefOf }: Props) {
  const { t } = useTranslation("cycles");
  const { signedDecimal, money } = useFormats();
  return (
    <DivergingBars
      label={t("nets.heading")}
      sides={{ left: t("nets.pays"), right: t("nets.receives") }}
      bars={nets.map(({ party, amount }) => ({
        key: keyOf(party),
        label: <PartyName party={party} />,
        value: amount,
        shown: signedDecimal(amount, 2),
        ...(party.partner && { tone: toneOf(party.partner.hue) }),
        ...(party.partner && hrefOf && { href: hrefOf(party.partner.slug) }),
      }))}
      total={{ label: t("nets.together"), shown: money({ amount: together(nets), currency }) }}
    />
  );
}

export function PartyName({ party }: { party: Party }) {
  const { t } = useTranslation("console");
  return party.partner ? <PartnerName partner={party.partner} /> : <>{t(`roles.${party.role}`)}</>;
}
