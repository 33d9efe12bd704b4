/** Which column is what, what the words of kinds mean, and what that makes of the first rows. */

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";

import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import type { ResultOf } from "../../../shared/graphql";
import { Preview } from "./documents";
import { KINDS } from "./filter";
import { contentOf, FIELDS, type Field as FieldName, type Kind, type Mapping, missing, namesOf, wordsIn } from "./mapping";

interface Props {
  mapping: Mapping;
  sample: string;
  onChange: (mapping: Mapping) => void;
}

export function MappingEditor({ mapping, sample, onChange }: Props) {
  const { t } = useTranslation("work");
  const names = namesOf(sample, mapping.format, mapping.delimiter);
  const change = (part: Partial<Mapping>) => onChange({ ...mapping, ...part });
  const column = (field: FieldName, name: string) => {
    const { [field]: _, ...others } = mapping.columns;
    change({ columns: name ? { ...others, [field]: name } : others });
  };
  const lacking = missing(mapping);
  return (
    <fieldset className="mapping">
      <legend>{t("mapping.heading")}</legend>
      <div className="mapping-columns">
        {FIELDS.map((field) => (
          <Field key={field} label={t(`mapping.fields.${field}`)}>
            <select value={mapping.columns[field] ?? ""} onChange={(event) => column(field, event.target.value)}>
              <option value="">{t("mapping.absent")}</option>
              {names.map((name) => (
                <option key={name} value={name}>{name}</option>
              ))}
            </select>
          </Field>
        ))}
        <Field label={t("mapping.timeZone")}>
          <input value={mapping.timeZone} onChange={(event) => change({ timeZone: event.target.value })} />
        </Field>
        <Field label={t("mapping.timeFormat")} hint={t("mapping.timeFormatHint")}>
          <input value={mapping.timeFormat} onChange={(event) => change({ timeFormat: event.target.value })} />
        </Field>
        <Field label={t("mapping.decimalSign")}>
          <select value={mapping.decimalSign} onChange={(event) => change({ decimalSign: event.target.value })}>
            <option value=".">1.50</option>
            <option value=",">1,50</option>
          </select>
        </Field>
      </div>
      <Kinds mapping={mapping} sample={sample} onChange={change} />
      {lacking.length > 0 ? (
        <p className="field-wrong" role="status">
          {lacking.map((one) => t(`mapping.missing.${one}`)).join(" ")}
        </p>
      ) : (
        <PreviewOf mapping={mapping} sample={sample} />
      )}
    </fieldset>
  );
}

function Kinds({ mapping, sample, onChange }: { mapping: Mapping; sample: string; onChange: (part: Partial<Mapping>) => void }) {
  const { t } = useTranslation("work");
  const options = KINDS.map((kind) => (
    <option key={kind} value={kind}>{t(`kinds.${kind}`)}</option>
  ));
  if (!mapping.columns.KIND) {
    return (
      <Field label={t("mapping.kindOfAll")}>
        <select value={mapping.kind ?? ""} onChange={(event) => onChange({ kind: (event.target.value || null) as Kind | null })}>
          <option value="">{t("mapping.absent")}</option>
          {options}
        </select>
      </Field>
    );
  }
  const mean = (word: string, kind: string) => {
    const { [word]: _, ...others } = mapping.kinds;
    onChange({ kinds: kind ? { ...others, [word]: kind as Kind } : others });
  };
  return (
    <div className="mapping-columns">
      {wordsIn(sample, mapping, mapping.columns.KIND).map((word) => (
        <Field key={word} label={t("mapping.means", { word })}>
          <select value={mapping.kinds[word] ?? ""} onChange={(event) => mean(word, event.target.value)}>
            <option value="">{t("mapping.absent")}</option>
            {options}
          </select>
        </Field>
      ))}
    </div>
  );
}

type Previewed = NonNullable<ResultOf<typeof Preview>["done"]["preview"]>;
const PAUSE = 400;

function PreviewOf({ mapping, sample }: { mapping: Mapping; sample: string }) {
  const { t } = useTranslation("work");
  const { dateTime, signedPoints } = useFormats();
  const client = useClient();
  const [seen, setSeen] = useState<{ preview: Previewed | null; refused: string | null }>({ preview: null, refused: null });
  useEffect(() => {
    let still = true;
    const looking = setTimeout(() => {
      void client
        .mutation(Preview, { content: contentOf(mapping), sample })
        .toPromise()
        .then(({ data }) => still && setSeen({ preview: data?.done.preview ?? null, refused: data?.done.userErrors[0]?.message ?? null }));
    }, PAUSE);
    return () => {
      still = false;
      clearTimeout(looking);
    };
  }, [client, mapping, sample]);
  if (seen.refused) return <p className="field-wrong" role="alert">{seen.refused}</p>;
  if (!seen.preview) return <p className="work-quiet">{t("mapping.reading")}</p>;
  return (
    <div className="work-scroll mapping-preview" tabIndex={0} role="group" aria-label={t("mapping.preview")}>
      <table className="work-table">
        <caption>
          {t("mapping.preview")} {seen.preview.rejected > 0 && <span className="field-wrong">{t("mapping.rejected", { count: seen.preview.rejected })}</span>}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t("mapping.row")}</th>
            <th scope="col">{t("sides.reference")}</th>
            <th scope="col">{t("sides.kind")}</th>
            <th scope="col">{t("sides.outlet")}</th>
            <th scope="col">{t("sides.when")}</th>
            <th scope="col" className="number">{t("sides.points")}</th>
          </tr>
        </thead>
        <tbody>
          {seen.preview.rows.map((row) => (
            <tr key={row.row}>
              <th scope="row" className="figures">{row.row}</th>
              {row.reason ? (
                <td colSpan={5} className="field-wrong">
                  {t(`reasons.${row.reason}`)} {row.cell} {row.detail}
                </td>
              ) : (
                <>
                  <td className="figures">{row.reference}</td>
                  <td>{row.kind && t(`kinds.${row.kind}`)}</td>
                  <td className="figures">{row.outletCode}</td>
                  <td className="figures">{row.occurredAt && dateTime(row.occurredAt)}</td>
                  <td className="number figures">{row.points && signedPoints(row.points)}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
