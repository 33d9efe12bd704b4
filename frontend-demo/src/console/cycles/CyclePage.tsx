/** One cycle as a whole: how far it has come, who owes whom before and after netting, who answered, what was done. */

import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { Bone } from "../../shared/chrome";
import { Failed } from "../../shared/states";
import type { Cycle } from "../documents";
import { addressOf } from "../places";
import { Answers } from "./Answers";
import { CycleHead } from "./CycleHead";
import { Gross } from "./Gross";
import { History, SetAsides } from "./History";
import { WaitingHead } from "./Overview";
import { SpendingPart } from "./SpendingPart";
import { useCycle } from "./useCycle";

export function CyclePage({ cycle: { id, name }, coalition }: { cycle: Cycle; coalition: boolean }) {
  const { t } = useTranslation("cycles");
  const { cycle, failed, readAgain } = useCycle(id, coalition);
  if (failed) return <Failed again={readAgain} />;
  if (!cycle) {
    return (
      <main className="cycle">
        <WaitingHead name={name} />
        <Bone width="100%" height="32rem" />
      </main>
    );
  }
  const drawnUp = cycle.state !== "OPEN" && cycle.state !== "CUT_OFF";
  return (
    <main className="cycle">
      <CycleHead cycle={cycle} onDone={readAgain}>
        {drawnUp && (
          <Link href={addressOf({ cycle: name, partner: null, line: null })} className="overview-open">
            {t("answers.statement")}
          </Link>
        )}
      </CycleHead>
      {drawnUp && cycle.netting && <Gross netting={cycle.netting} />}
      <div className="cycle-parts">
        <Answers cycle={cycle} coalition={coalition} />
        <SetAsides cycle={cycle} />
        <History cycle={cycle} />
      </div>
      {drawnUp && cycle.netting && <SpendingPart cycle={cycle.id} />}
    </main>
  );
}
