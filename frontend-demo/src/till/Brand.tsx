/** The shop's own mark: its first letter in its colour. */

import { type Hued, toneOf } from "../shared/partner";

export const Tile = ({ partner }: { partner: Hued }) => (
  <span className="till-tile toned" style={toneOf(partner.hue)} aria-hidden="true">
    {[...partner.name][0]}
  </span>
);
