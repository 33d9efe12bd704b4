/** A list that comes in pages: what members have, too. */

export * from "../shared/usePages";
