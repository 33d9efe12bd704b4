/** A search over everything by id or reference: hits by kinds, walked with the arrows, each with the way to its page. */

import { type KeyboardEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, Route, Switch, useSearchParams } from "wouter";

import { useFormats } from "../../shared/formatting";
import { PartnerName } from "../../shared/partner";
import { useSession } from "../../shared/session";
import { Empty, Failed, WaitingSheet } from "../../shared/states";
import "./office.css";
import { ById, Find, type Found } from "./search/documents";
import { grouped, isGlobalId, kindOfType, placeOf } from "./search/places";
import { PurchasePage } from "./search/PurchasePage";
import "./search/search.css";

const FEWEST = 2;

export default function SearchPage() {
  return (
    <Switch>
      <Route path="/search/purchase/:id">{({ id }) => <PurchasePage key={id} id={id} />}</Route>
      <Route>
        <Search />
      </Route>
    </Switch>
  );
}

function Search() {
  const { t } = useTranslation("office");
  const [search, setSearch] = useSearchParams();
  const text = search.get("q")?.trim() ?? "";
  return (
    <main className="office finding">
      <header>
        <h1>{t("search.heading")}</h1>
        <p className="office-told">{t("search.told")}</p>
      </header>
      <form
        role="search"
        className="finding-form"
        aria-label={t("search.heading")}
        onSubmit={(event) => {
          event.preventDefault();
          setSearch({ q: String(new FormData(event.currentTarget).get("q") ?? "").trim() }, { replace: true });
        }}
      >
        <input key={text} name="q" type="search" className="input" defaultValue={text} aria-label={t("search.what")} placeholder={t("search.what")} autoFocus={text === ""} autoComplete="off" spellCheck={false} />
        <button type="submit" className="quiet-action">
          {t("search.find")}
        </button>
      </form>
      {text.length >= FEWEST ? isGlobalId(text) ? <OneById id={text} /> : <Hits text={text} /> : <p className="office-told">{t("search.hint")}</p>}
    </main>
  );
}

function Hits({ text }: { text: string }) {
  const [{ data, error, fetching }, again] = useQuery({ query: Find, variables: { text } });
  if (error && !data) return <Failed again={() => again({ requestPolicy: "network-only" })} />;
  if (!data || fetching) return <WaitingSheet lines={4} />;
  return <Told hits={data.find} text={text} />;
}

/** An id as the API gives it: the reader's own, so it is told here even where it has no page. */
function OneById({ id }: { id: string }) {
  const [{ data, error, fetching }, again] = useQuery({ query: ById, variables: { id } });
  if (error && !data) return <Failed again={() => again({ requestPolicy: "network-only" })} />;
  if (!data || fetching) return <WaitingSheet lines={2} />;
  const node = data.node;
  const kind = node && kindOfType(node.__typename);
  if (!node || !kind) return <Told hits={[]} text={id} />;
  const name = "name" in node && node.name ? node.name : node.id.slice(0, 24);
  const partner = "slug" in node ? { id: node.id, slug: node.slug, name: node.name, hue: 0 } : null;
  return <Told hits={[{ id: node.id, kind, name, at: null, cycle: null, partner }]} text={id} />;
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

function Told({ hits, text }: { hits: readonly Found[]; text: string }) {
  const { t } = useTranslation("office");
  const list = useRef<HTMLDivElement>(null);
  const walk = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step) return;
    const links = [...(list.current?.querySelectorAll("a") ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
    event.preventDefault();
  };
  if (hits.length === 0) {
    return (
      <Empty heading={t("search.nothing", { text })}>
        <p>{t("search.nothingText")}</p>
      </Empty>
    );
  }
  return (
    <>
      <p className="office-told" role="status">
        {t("search.count", { count: hits.length })}
      </p>
      <div ref={list} className="finding-hits" onKeyDown={walk}>
        {grouped(hits).map(([kind, found]) => (
          <section key={kind} aria-labelledby={`hits-${kind}`}>
            <h2 id={`hits-${kind}`}>{t(`search.groups.${kind}`)}</h2>
            <ul>
              {found.map((one) => (
                <li key={one.id}>
                  <Hit found={one} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </>
  );
}

function Hit({ found }: { found: Found }) {
  const { t } = useTranslation("office");
  const { day } = useFormats();
  const coalition = useSession().audience === "COALITION";
  const place = placeOf(found, coalition);
  const name = found.kind === "CONTRACT" ? t("contracts.version", { version: found.name }) : found.name;
  const inside = (
    <>
      <span className="finding-name">{found.kind === "PARTNER" && found.partner ? <PartnerName partner={found.partner} /> : name}</span>
      <span>{found.kind !== "PARTNER" && found.partner && <PartnerName partner={found.partner} />}</span>
      <span className="finding-when">{[found.cycle, found.at && day(found.at)].filter(Boolean).join(" · ")}</span>
    </>
  );
  return place ? (
    <Link href={place} className="finding-hit">
      {inside}
    </Link>
  ) : (
    <span className="finding-hit">{inside}</span>
  );
}
