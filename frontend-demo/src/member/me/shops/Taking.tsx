/** Taking back what a partner was allowed: what that means is said before it is done. */

import { useTranslation } from "react-i18next";

import { type Act, Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { EndGrant, type Grant, type Purpose, type Shop, TakeAllBack, TakeBack } from "./documents";

/** One thing, one program, or all of it. */
export type Taken = { purpose: Purpose } | { grant: Grant } | "all";

interface Props {
  shop: Shop;
  taken: Taken;
  onDone: () => void;
  onClose: () => void;
}

export function Taking({ shop, taken, onDone, onClose }: Props) {
  const { t } = useTranslation(["me", "common"]);
  const one = useAct(TakeBack, ({ consentRevoke }) => consentRevoke.userErrors);
  const program = useAct(EndGrant, ({ grantRevoke }) => grantRevoke.userErrors);
  const all = useAct(TakeAllBack, ({ linkRevoke }) => linkRevoke.userErrors);
  const { id, name } = shop.partner;
  const acts: readonly Pick<Act<unknown, never>, "busy" | "refusals">[] = [one, program, all];
  const take = async () => {
    const done =
      taken === "all"
        ? await all.run(() => ({ partner: id }))
        : "grant" in taken
          ? await program.run(() => ({ grant: taken.grant.id }))
          : await one.run(() => ({ input: { partner: id, purpose: taken.purpose } }));
    if (done) onDone();
  };
  const said =
    taken === "all"
      ? t("shops.taking.all", { partner: name })
      : "grant" in taken
        ? t("shops.taking.program", { program: taken.grant.clientName })
        : t(`purposes.${taken.purpose}.taking`, { partner: name });
  return (
    <Dialog
      heading={taken === "all" ? t("shops.takeAllBack") : t("shops.takeBack")}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="quiet-action" onClick={onClose}>
            {t("common:cancel")}
          </button>
          <button type="button" className="action" disabled={acts.some(({ busy }) => busy)} onClick={() => void take()}>
            {t("shops.takeBack")}
          </button>
        </>
      }
    >
      <div className="me-giving">
        <p>{said}</p>
        <p className="me-hint">{t("shops.taking.kept")}</p>
        <Refusals of={acts.flatMap(({ refusals }) => refusals)} />
      </div>
    </Dialog>
  );
}
