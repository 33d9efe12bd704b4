/** The coalition's time zone, as files of a neighbour are likely to be written in. */

import { useQuery } from "urql";

import { House } from "../../documents";

export function useTimeZone(): string {
  const [{ data }] = useQuery({ query: House });
  return data?.coalition.timeZone ?? "UTC";
}
