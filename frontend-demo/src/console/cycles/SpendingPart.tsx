/** The signature of the cycle: from who funded the points that were spent, to where they were spent. */

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Client, useClient } from "urql";

import { ChartFrame } from "../../shared/charts/frame";
import { laidOut, outlineOf } from "../../shared/charts/sankey";
import { Bone } from "../../shared/chrome";
import { useFormats } from "../../shared/formatting";
import { type Hued, partnersInOrder, toneOf } from "../../shared/partner";
import { type Line, Statements } from "../documents";
import { whole } from "../useStatement";
import { type Spending, spendingOf } from "./spending";

export function SpendingPart({ cycle }: { cycle: string }) {
  const { t } = useTranslation("cycles");
  const client = useClient();
  const [found, setFound] = useState<readonly Spending[] | null>(null);
  useEffect(() => {
    let still = true;
    setFound(null);
    void linesOf(client, cycle).then((lines) => still && setFound(spendingOf(lines)));
    return () => {
      still = false;
    };
  }, [client, cycle]);
  if (!found) return <Bone width="100%" height="24rem" />;
  if (found.length === 0) return <p className="cycle-nothing">{t("spending.none")}</p>;
  return <Drawn found={found} />;
}

/** The lines of all partners' statements, one statement after the other. */
async function linesOf(client: Client, cycle: string): Promise<Line[]> {
  const { data } = await client.query(Statements, { cycle }).toPromise();
  const lines: Line[] = [];
  for (const { partner } of data?.cycle?.statements ?? []) {
    const statement = partner && (await whole(client, cycle, partner.id));
    if (statement?.state === "ready") lines.push(...statement.lines);
  }
  return lines;
}

const [WIDTH, FULL, GAP, LABELS] = [1000, 300, 14, 275];

function Drawn({ found }: { found: readonly Spending[] }) {
  const { t } = useTranslation("cycles");
  const { points } = useFormats();
  const partners = partnersOf(found);
  const bands = found.map(({ from, to, points: value }) => ({ from: from.slug, to: to.slug, value }));
  const layout = laidOut(bands, partners.map(({ slug }) => slug), FULL, GAP);
  const named = new Map(partners.map((partner) => [partner.slug, partner]));
  const inner = WIDTH - 2 * LABELS;
  const rows = partnersInOrder(found, ({ from }) => from).map((one) => [`${one.from.name} → ${one.to.name}`, points(one.points)]);
  return (
    <ChartFrame
      heading={t("spending.heading")}
      told={t("spending.told")}
      figures={{ columns: [`${t("spending.funded")} → ${t("spending.spent")}`, t("spending.points")], rows }}
    >
      <div className="sankey" tabIndex={0} role="group" aria-label={t("spending.heading")}>
        <svg viewBox={`0 -8 ${WIDTH} ${layout.height + 16}`} aria-hidden="true">
          <g transform={`translate(${LABELS} 0)`}>
            {layout.bands.map((band) => (
              <path key={`${band.from}>${band.to}`} className="sankey-band toned" style={toneOf(named.get(band.from)?.hue ?? 0)} d={outlineOf(band, inner)}>
                <title>{`${named.get(band.from)?.name} → ${named.get(band.to)?.name}: ${points(band.value)}`}</title>
              </path>
            ))}
          </g>
          {layout.sources.map((node) => (
            <Named key={node.key} node={node} partner={named.get(node.key)} x={LABELS - 6} end />
          ))}
          {layout.targets.map((node) => (
            <Named key={node.key} node={node} partner={named.get(node.key)} x={WIDTH - LABELS} />
          ))}
        </svg>
      </div>
    </ChartFrame>
  );
}

const SMALL = 13;

interface NamedProps {
  node: { top: number; height: number };
  partner: Hued | undefined;
  x: number;
  /** Its name stands before it rather than after. */
  end?: boolean;
}

function Named({ node, partner, x, end = false }: NamedProps) {
  return (
    <>
      <rect className="sankey-node toned" style={toneOf(partner?.hue ?? 0)} x={x} y={node.top} width={6} height={Math.max(1, node.height)} />
      <text
        x={end ? x - 8 : x + 14}
        y={node.top + node.height / 2}
        textAnchor={end ? "end" : "start"}
        dominantBaseline="middle"
        fontSize={SMALL}
      >
        {partner?.name}
      </text>
    </>
  );
}

function partnersOf(found: readonly Spending[]) {
  const all = new Map(found.flatMap(({ from, to }) => [from, to]).map((partner) => [partner.slug, partner]));
  return partnersInOrder([...all.values()], (partner) => partner);
}
