/** The till while the server cannot be reached: it sells on, and sends later. */

import { useEffect, useMemo, useState } from "react";
import { Provider } from "urql";

import { clientOf } from "../shared/api";
import { Unreachable } from "../shared/begin";
import { NOBODY } from "../shared/session";
import { storeOf } from "./store";
import { TillApp, WaitingTill } from "./TillApp";

const LOOK_AGAIN_MS = 5_000;

export function OfflineTill({ slug, again }: { slug: string; again: () => void }) {
  const [known, setKnown] = useState<boolean | null>(null);
  const client = useMemo(() => clientOf(NOBODY), []);
  useEffect(() => {
    storeOf(slug).get("shop").then((shop) => setKnown(shop !== undefined), () => setKnown(false));
  }, [slug]);
  useEffect(() => {
    const timer = setInterval(again, LOOK_AGAIN_MS);
    window.addEventListener("online", again);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, [again]);
  if (known === null) return <WaitingTill />;
  if (!known) return <Unreachable again={again} />;
  return (
    <Provider value={client}>
      <TillApp slug={slug} offline />
    </Provider>
  );
}
