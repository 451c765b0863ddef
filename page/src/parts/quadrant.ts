// A customer's quadrant in a reader's words, the same wherever it is named.

import { words } from "../format";

const QUADRANT: Record<string, [string, string]> = {
  hidden_advocates: ["hidden advocate", "Buys little and brings much."],
  champions: ["champion", "Buys much and brings much."],
  affluents: ["affluent", "Buys much and brings little."],
  misers: ["low on both", "Buys little and brings little."],
};

export const quadrantName = (quadrant: string): string => QUADRANT[quadrant]?.[0] ?? words(quadrant);

export const quadrantNote = (quadrant: string | null): string | undefined => QUADRANT[quadrant ?? ""]?.[1];
