/** Every movement of points of one thing that happened, with whose points they were. */

import { useTranslation } from "react-i18next";

import { lastMoment } from "../../shared/formats";
import { useFormats } from "../../shared/formatting";
import { Dot } from "../../shared/partner";
import type { Movement, Told } from "../documents";
import { direction, signed, together, waits } from "./movements";

/** Folded away where something else has told the same already. */
export function Movements({ entry, folded }: { entry: Told; folded: boolean }) {
  const { t } = useTranslation("member");
  const movements = together(entry.movements);
  if (movements.length === 0) return null;
  const lines = (
    <ul className="movements">
      {movements.map((movement, place) => (
        <MovementLine key={place} movement={movement} />
      ))}
    </ul>
  );
  if (!folded) return lines;
  return (
    <details className="movements-folded">
      <summary>{t("receipt.movements", { count: movements.length })}</summary>
      {lines}
    </details>
  );
}

function MovementLine({ movement }: { movement: Movement }) {
  const { t } = useTranslation("member");
  const { points, signedPoints, day } = useFormats();
  const terms = [
    waits(movement) && movement.availableAt && t("terms.wait", { day: day(movement.availableAt) }),
    movement.expiresAt && direction(movement) > 0 && t("terms.expire", { day: day(lastMoment(movement.expiresAt)) }),
  ].filter(Boolean);
  return (
    <li>
      <Dot partner={movement.sponsor} />
      <span className="movement-words">
        {t(`movements.${movement.kind}`, { sponsor: movement.sponsor.name })}
        {terms.length > 0 && <span className="movement-terms">{terms.join(" · ")}</span>}
      </span>
      <span className="figures">
        {direction(movement) === 0 ? points(movement.points) : signedPoints(signed(movement))}
      </span>
    </li>
  );
}
