// Numbers and dates as the reader's own language writes them. What is not known is –.

export const UNKNOWN = "–";
type Maybe = number | null | undefined;

const made = new Map<string, Intl.NumberFormat>();

function with_(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const name = JSON.stringify(options);
  let found = made.get(name);
  if (!found) {
    found = new Intl.NumberFormat(undefined, options);
    made.set(name, found);
  }
  return found;
}

const known = (value: Maybe): value is number => typeof value === "number" && Number.isFinite(value);

export function number(value: Maybe, digits = 0): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return known(value) ? with_(options).format(value) : UNKNOWN;
}

/** An amount; whole units from 1,000 on, where cents are noise. */
export function money(value: Maybe, currency: string | null | undefined): string {
  if (!known(value)) return UNKNOWN;
  const digits = Math.abs(value) >= 1000 ? 0 : 2;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  try {
    return with_(currency ? { ...options, style: "currency", currency } : options).format(value);
  } catch {
    // Not a currency that the browser knows by its letters.
    return `${with_(options).format(value)} ${currency}`;
  }
}

export function shortMoney(value: Maybe, currency: string | null | undefined): string {
  if (!known(value)) return UNKNOWN;
  const options: Intl.NumberFormatOptions = { notation: "compact", maximumSignificantDigits: 3 };
  try {
    return with_(currency ? { ...options, style: "currency", currency } : options).format(value);
  } catch {
    return money(value, currency);
  }
}

export function percent(value: Maybe, digits = 1): string {
  return known(value)
    ? with_({ style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
    : UNKNOWN;
}

/** The bounds without the sign, as in 21.7 % (21.1–22.2). */
export function percentRange(interval: readonly [number, number] | null | undefined): string {
  return range(interval?.map((end) => end * 100) as [number, number] | undefined, 1);
}

export function range(interval: readonly [number, number] | null | undefined, digits: number): string {
  if (!interval) return "";
  const plain = with_({ minimumFractionDigits: digits, maximumFractionDigits: digits });
  const [low, high] = interval;
  const between = low < 0 || high < 0 ? " to " : "–";
  return `${plain.format(low)}${between}${plain.format(high)}`;
}

export function day(value: string | null | undefined): string {
  if (!value) return UNKNOWN;
  const date = new Date(value);
  return Number.isNaN(date.getTime())
    ? value
    : new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" }).format(date);
}

/** A month, 2024-03, by name. */
export function month(value: string, form: "long" | "short"): string {
  const date = new Date(`${value}-01T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return value;
  const year: Intl.DateTimeFormatOptions = form === "long" ? { year: "numeric" } : {};
  return new Intl.DateTimeFormat(undefined, { month: "short", ...year, timeZone: "UTC" }).format(date);
}

/** A name of the graph as a reader writes it: hidden_advocates, crmRole. */
export function words(value: string | null | undefined): string {
  if (!value) return UNKNOWN;
  return value
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
}

export const plural = (count: number, one: string, many: string): string =>
  `${number(count)} ${count === 1 ? one : many}`;

/** What influence counts. */
export const counted = (hops: number | "all", decay: number): string =>
  `${hops} ${hops === 1 ? "hop" : "hops"}, each further one × ${decay}`;
