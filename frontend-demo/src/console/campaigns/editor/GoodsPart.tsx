/** Which goods count: by what they are, who makes and who delivers them; and which do not. */

import { useTranslation } from "react-i18next";

import { anyGoods, type Goods } from "../terms/terms";
import { plain, useArticles } from "./clauseOptions";
import { useEditing } from "./editing";
import { Chosen, type Option, Picker } from "./inputs";

export function GoodsPart() {
  const { t } = useTranslation("campaigns");
  const { terms, put } = useEditing();
  const change = (at: number, goods: Goods) => put({ excluding: terms.excluding.map((one, place) => (place === at ? goods : one)) });
  return (
    <>
      <GoodsInput at="lines" goods={terms.goods} put={(goods) => put({ goods })} />
      {terms.excluding.map((goods, at) => (
        <fieldset key={at} className="exclusion">
          <legend>{t("goods.but")}</legend>
          <GoodsInput at={`lines.excluding.${at}`} goods={goods} put={(one) => change(at, one)} />
          <button type="button" className="tool" onClick={() => put({ excluding: terms.excluding.filter((_, place) => place !== at) })}>
            {t("goods.removeBut")}
          </button>
        </fieldset>
      ))}
      <button type="button" className="tool" onClick={() => put({ excluding: [...terms.excluding, anyGoods] })}>
        {t("goods.addBut")}
      </button>
    </>
  );
}

interface Props {
  at: string;
  goods: Goods;
  put: (goods: Goods) => void;
}

const OWN = ["any", "own", "others"] as const;

function GoodsInput({ at, goods, put }: Props) {
  const { t } = useTranslation("campaigns");
  const { choices } = useEditing();
  const articles = useArticles(goods.skus);
  const partners: Option[] = choices.partners.nodes.map(({ id, name }) => ({ value: id, label: name }));
  const some = (change: Partial<Goods>) => put({ ...goods, ...change });
  const own = goods.privateLabel === null ? "any" : goods.privateLabel ? "own" : "others";
  return (
    <div className="fields">
      <Picker label={t("goods.fields.categories")} at={`${at}.categories`} free values={goods.categories} put={(categories) => some({ categories })} options={plain(choices.productGroups.categories)} />
      <Picker label={t("goods.fields.departments")} at={`${at}.departments`} free values={goods.departments} put={(departments) => some({ departments })} options={plain(choices.productGroups.departments)} />
      <Picker label={t("goods.fields.brands")} at={`${at}.brands`} free values={goods.brands} put={(brands) => some({ brands })} options={plain(choices.productGroups.brands)} />
      <Picker label={t("goods.fields.skus")} at={`${at}.skus`} hint={t("goods.search")} free values={goods.skus} put={(skus) => some({ skus })} options={articles.options} search={articles.search} />
      <Picker label={t("goods.fields.makers")} at={`${at}.makers`} values={goods.makers} put={(makers) => some({ makers })} options={partners} />
      <Picker label={t("goods.fields.suppliers")} at={`${at}.suppliers`} values={goods.suppliers} put={(suppliers) => some({ suppliers })} options={partners} />
      <Chosen
        label={t("goods.fields.privateLabel")}
        at={`${at}.privateLabel`}
        value={own}
        put={(chosen) => some({ privateLabel: chosen === "any" ? null : chosen === "own" })}
        options={OWN.map((one) => [one, t(`goods.label.${one}`)] as const)}
      />
    </div>
  );
}
