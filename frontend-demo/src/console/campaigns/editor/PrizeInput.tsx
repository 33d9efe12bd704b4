/** What is won, and steps by amount. */

import { useTranslation } from "react-i18next";

import type { Band, Prize, Slot, Token, TokenKind } from "../terms/terms";
import { useEditing } from "./editing";
import { Chosen, Typed } from "./inputs";

type Sort = "points" | "token" | "wheel";
const SORTS: readonly Sort[] = ["points", "token", "wheel"];
const TOKENS: readonly TokenKind[] = ["COUPON", "BADGE", "TICKET"];
const NEW_TOKEN: Token = { kind: "COUPON", name: "", days: "30", coupon: null };
const NEW_WHEEL: Slot[] = [{ weight: "1", points: "100", token: null }, { weight: "9", points: "0", token: null }];

interface Props {
  at: string;
  prize: Prize;
  put: (prize: Prize) => void;
}

const sortOf = ({ token, wheel }: Prize): Sort => (wheel.length ? "wheel" : token ? "token" : "points");

export function PrizeInput({ at, prize, put }: Props) {
  const { t } = useTranslation("campaigns");
  const sort = sortOf(prize);
  const choose = (chosen: Sort) =>
    put({ points: chosen === "points" ? "50" : "", token: chosen === "token" ? NEW_TOKEN : null, wheel: chosen === "wheel" ? NEW_WHEEL : [] });
  return (
    <div className="prize">
      <Chosen label={t("prize.sort")} at={at} value={sort} put={choose} options={SORTS.map((one) => [one, t(`prize.sorts.${one}`)] as const)} />
      {sort === "points" && <Typed label={t("rule.points")} at={`${at}.points`} figure value={prize.points} put={(points) => put({ ...prize, points })} />}
      {prize.token && <TokenInput at={`${at}.token`} token={prize.token} put={(token) => put({ ...prize, token })} />}
      {sort === "wheel" && <WheelInput at={`${at}.wheel`} slots={prize.wheel} put={(wheel) => put({ ...prize, wheel })} />}
    </div>
  );
}

function TokenInput({ at, token, put }: { at: string; token: Token; put: (token: Token) => void }) {
  const { t } = useTranslation("campaigns");
  return (
    <>
      <Chosen label={t("prize.kind")} at={`${at}.kind`} value={token.kind} put={(kind) => put({ ...token, kind })} options={TOKENS.map((kind) => [kind, t(`tokens.${kind}`)] as const)} />
      <Typed label={t("prize.name")} at={`${at}.name`} value={token.name} put={(name) => put({ ...token, name })} />
      <Typed label={t("prize.days")} at={`${at}.days`} figure value={token.days} put={(days) => put({ ...token, days })} />
    </>
  );
}

function WheelInput({ at, slots, put }: { at: string; slots: readonly Slot[]; put: (slots: Slot[]) => void }) {
  const { t } = useTranslation("campaigns");
  const change = (place: number, slot: Partial<Slot>) => put(slots.map((one, where) => (where === place ? { ...one, ...slot } : one)));
  return (
    <fieldset className="rows">
      <legend>{t("prize.wheel")}</legend>
      {slots.map((slot, place) => (
        <div key={place} className="row">
          <Typed label={t("prize.weight")} at={`${at}.${place}.weight`} figure value={slot.weight} put={(weight) => change(place, { weight })} />
          {slot.token ? (
            <Typed label={t("prize.name")} at={`${at}.${place}.token.name`} value={slot.token.name} put={(name) => change(place, { token: { ...(slot.token ?? NEW_TOKEN), name } })} />
          ) : (
            <Typed label={t("prize.slotPoints")} at={`${at}.${place}.points`} figure value={slot.points} put={(points) => change(place, { points })} />
          )}
          <RemoveRow what={String(place + 1)} remove={() => put(slots.filter((_, where) => where !== place))} />
        </div>
      ))}
      <div className="rows-tools">
        <button type="button" className="tool" onClick={() => put([...slots, { weight: "1", points: "0", token: null }])}>{t("prize.addPoints")}</button>
        <button type="button" className="tool" onClick={() => put([...slots, { weight: "1", points: "0", token: NEW_TOKEN }])}>{t("prize.addThing")}</button>
      </div>
    </fieldset>
  );
}

export function RemoveRow({ what, remove }: { what: string; remove: () => void }) {
  const { t } = useTranslation("campaigns");
  return (
    <button type="button" className="tool row-remove" aria-label={t("editor.remove", { what })} onClick={remove}>
      ×
    </button>
  );
}

interface BandsProps {
  at: string;
  bands: readonly Band[];
  put: (bands: Band[]) => void;
  gives: "points" | "stamps";
}

/** From which amount on how many points, or stamps. */
export function BandsInput({ at, bands, put, gives }: BandsProps) {
  const { t } = useTranslation("campaigns");
  const { speaker } = useEditing();
  const change = (place: number, band: Partial<Band>) => put(bands.map((one, where) => (where === place ? { ...one, ...band } : one)));
  return (
    <fieldset className="rows">
      <legend>{t(`bands.${gives}`)}</legend>
      {bands.map((band, place) => (
        <div key={place} className="row">
          <Typed label={t("bands.start", { currency: speaker.currency })} at={`${at}.${place}.start`} figure value={band.start} put={(start) => change(place, { start })} />
          <Typed label={t(`bands.gives.${gives}`)} at={`${at}.${place}.gives`} figure value={band.gives} put={(given) => change(place, { gives: given })} />
          <RemoveRow what={String(place + 1)} remove={() => put(bands.filter((_, where) => where !== place))} />
        </div>
      ))}
      <button type="button" className="tool" onClick={() => put([...bands, { start: "", gives: "" }])}>
        {t("bands.add")}
      </button>
    </fieldset>
  );
}
