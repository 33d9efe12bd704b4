/** Shows what the server answered, or that it is on its way, or that it could not be reached. */

import type { ReactNode } from "react";
import type { AnyVariables, UseQueryResponse } from "urql";

import { Failed, WaitingSheet } from "../../shared/states";

interface Props<D> {
  question: UseQueryResponse<D, AnyVariables>;
  lines?: number;
  children: (data: D) => ReactNode;
}

export function Answered<D>({ question: [{ data, error }, ask], lines, children }: Props<D>) {
  if (data) return <>{children(data)}</>;
  if (error) return <Failed again={() => ask({ requestPolicy: "network-only" })} />;
  return <WaitingSheet {...(lines && { lines })} />;
}
