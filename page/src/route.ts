// Where the reader is, kept in the address behind #: links can be shared, and Back goes back.

export type Route =
  | { view: "home"; launch: string | null }
  | { view: "customer"; id: string }
  | { view: "advocates" }
  | { view: "segments"; id: string | null };

export function read(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/");
  const id = decoded(rest.join("/"));
  if (view === "customer" && id) return { view, id };
  if (view === "advocates") return { view };
  if (view === "segments") return { view, id: id || null };
  return { view: "home", launch: new URLSearchParams(query).get("launch") };
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
