/** One gathering after another: begun, followed, stopped; leaving the page stops it. */

import { useCallback, useEffect, useRef, useState } from "react";
import { useClient } from "urql";

import { gather, type Gathered, type Progress, Unfinished } from "./gathering";

export type Gathering =
  | { kind: "idle" }
  | { kind: "gathering"; progress: Progress | null }
  | { kind: "gathered"; gathered: Gathered; rows: number }
  | { kind: "unfinished"; why: Unfinished["why"] };

export function useGathering(language: string) {
  const client = useClient();
  const [state, setState] = useState<Gathering>({ kind: "idle" });
  const stopping = useRef<AbortController>(null);
  useEffect(() => () => stopping.current?.abort(), []);
  const begin = useCallback(() => {
    const controller = new AbortController();
    stopping.current = controller;
    setState({ kind: "gathering", progress: null });
    let rows = 0;
    const told = (progress: Progress) => {
      rows = progress.rows;
      setState({ kind: "gathering", progress });
    };
    gather(client, { language, signal: controller.signal, told }).then(
      (gathered) => setState({ kind: "gathered", gathered, rows }),
      (reason: unknown) =>
        setState({ kind: "unfinished", why: reason instanceof Unfinished ? reason.why : "unreachable" }),
    );
  }, [client, language]);
  const stop = useCallback(() => stopping.current?.abort(), []);
  return { state, begin, stop };
}
