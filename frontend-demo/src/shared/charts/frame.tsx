/** What every chart stands in: its heading, what it says in a sentence, and the same figures as a table beneath. */

import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";

import "./charts.css";

export interface FiguresTable {
  columns: readonly string[];
  /** The first cell names the row; the others are figures as they are shown. */
  rows: readonly (readonly string[])[];
}

interface Props {
  heading: string;
  /** What there is to see, in a sentence. */
  told?: ReactNode;
  /** Left out where the chart is a table itself, or a list that says every figure. */
  figures?: FiguresTable;
  /** Choices that change what is drawn. */
  tools?: ReactNode;
  level?: 2 | 3;
  children: ReactNode;
}

export function ChartFrame({ heading, told, figures, tools, level = 2, children }: Props) {
  const id = useId();
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption className="chart-head">
        <div>
          <Heading id={id}>{heading}</Heading>
          {told && <p className="chart-told">{told}</p>}
        </div>
        {tools && <div className="chart-tools">{tools}</div>}
      </figcaption>
      {children}
      {figures && <FiguresOf figures={figures} caption={heading} />}
    </figure>
  );
}

function FiguresOf({ figures, caption }: { figures: FiguresTable; caption: string }) {
  const { t } = useTranslation("common");
  return (
    <details className="chart-figures">
      <summary>{t("table.figures")}</summary>
      <div className="chart-figures-rows" tabIndex={0} role="group" aria-label={caption}>
        <table>
          <caption className="unseen">{caption}</caption>
          <thead>
            <tr>
              {figures.columns.map((column, place) => (
                <th key={column} scope="col" className={place ? "number" : undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {figures.rows.map(([name, ...cells], row) => (
              <tr key={row}>
                <th scope="row">{name}</th>
                {cells.map((cell, place) => (
                  <td key={place} className="number figures">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
