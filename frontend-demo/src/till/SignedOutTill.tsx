/** Nobody serves at this till: what was sold before still waits here for the next who signs in. */

import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { signIn } from "../shared/begin";
import { Notice } from "../shared/chrome";
import type { Entry } from "./queue";
import { remembered } from "./seat";
import { storeOf } from "./store";

export function SignedOutTill({ slug }: { slug: string }) {
  const { t } = useTranslation(["till", "common"]);
  const [waiting, setWaiting] = useState(0);
  useEffect(() => {
    const count = (rows: Entry<unknown>[] | undefined) => setWaiting(rows?.filter(({ state }) => state === "waiting").length ?? 0);
    storeOf(slug).get<Entry<unknown>[]>("queue").then(count).catch(() => undefined);
  }, [slug]);
  const name = remembered().find((shop) => shop.slug === slug)?.name ?? slug;
  return (
    <Notice heading={t("signedOut.heading", { shop: name })} action={{ label: t("common:signedOut.signIn"), act: signIn }}>
      <p>{waiting > 0 ? t("signedOut.waiting", { count: waiting }) : t("signedOut.text")}</p>
    </Notice>
  );
}
