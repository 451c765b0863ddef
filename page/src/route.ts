// Where the reader is, kept in the address behind #: links can be shared, and Back goes back.

export type Route =
  | { view: "home"; launch: string | null }
  | { view: "customer"; id: string }
  | { view: "advocates" }
  | { view: "segments"; id: string | null }
  | { view: "unknown"; path: string };

export function read(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/");
  const id = decoded(rest.join("/"));
  if (view === "customer" && id) return { view, id };
  if (view === "advocates") return { view };
  if (view === "segments") return { view, id: id || null };
  if (view) return { view: "unknown", path: `#/${decoded(path)}` };
  const launch = new URLSearchParams(query).get("launch");
  return { view: "home", launch: launch && isDay(launch) ? launch : null };
}

/** A day of the calendar as the API takes it, YYYY-MM-DD; anything else in the address is as good as nothing. */
function isDay(text: string): boolean {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const to = {
  home: (launch?: string) => (launch ? `#/?launch=${encodeURIComponent(launch)}` : "#/"),
  customer: (id: string) => `#/customer/${encodeURIComponent(id)}`,
  advocates: () => "#/advocates",
  segments: (id?: string) => (id ? `#/segments/${encodeURIComponent(id)}` : "#/segments"),
};
