// Every call to the HTTP API, and the shapes of its answers. What is not known is null.

export type Interval = [number, number] | null;

export interface Share {
  value: number | null;
  interval: Interval;
  count: number;
  of: number;
}

export interface Period {
  period: string;
  customers: number;
  by_customers: number;
  by_affiliates: number;
}

export interface BeforeAfter {
  date: string;
  before: Share;
  after: Share;
  difference: { value: number | null; interval: Interval; p_value: number | null };
}

export interface Programme {
  currency?: string | null;
  referral_rate: Share;
  conversion: Share & { rejected: number };
  propensity: {
    value: number | null;
    interval: Interval;
    window_days: number;
    referred: Share;
    not_referred: Share;
  };
  k_factor: { value: number | null; invitations_per_customer: number | null };
  referral_share: Share & { periods: Period[]; before_after: BeforeAfter | null };
}

export interface FoundCustomer {
  customer_id: string;
  name: string | null;
  country: string | null;
  plan: string | null;
  revenue: number | null;
  cltv: number | null;
  influence: number | null;
  quadrant: string | null;
}

export interface Customer extends FoundCustomer {
  joined_at: string | null;
  channel: string | null;
  currency: string;
}

export interface Influence {
  customer_id: string;
  currency: string | null;
  own_revenue: number | null;
  ecr_direct: number | null;
  ecr_network: number | null;
  influence: number | null;
  conserved_credit: number | null;
  downline: number | null;
  longest_chain: number | null;
  generations: { depth: number; customers: number; value: number }[];
  percentile: number | null;
  band: string | null;
  hops: number | "all";
  decay: number;
  scored_at: string | null;
  score_version: number | string | null;
  changes_since?: number | null;
}

export interface TreeNode {
  customer_id: string;
  name: string | null;
  depth: number;
  referrers: string[];
  revenue: number | null;
  influence: number | null;
  downline: number | null;
  children: number;
}

export interface Tree {
  /** Whose tree it is: the first node. */
  root: string;
  nodes: TreeNode[];
  truncated: boolean;
}

export interface Ancestor {
  steps: number;
  id: string;
  kind: "customer" | "affiliate";
  name: string | null;
  revenue: number | null;
}

export interface Advocate {
  customer_id: string;
  name: string | null;
  cltv: number | null;
  own_revenue: number | null;
  influence: number | null;
  ecr_network: number | null;
  downline: number | null;
  longest_chain: number | null;
  percentile: number | null;
}

export interface Segment {
  id: string;
  rule: Record<string, string | number | boolean>;
  customers: number;
  share_of_customers: number | null;
  mean_cltv: number | null;
  mean_cltv_rest: number | null;
  referral_value_per_customer: number | null;
  referral_value_per_customer_rest: number | null;
  referral_difference: number | null;
  interval: Interval;
  share_of_value: number | null;
  q_value: number | null;
  reported: boolean;
  hidden_value: number | null;
  hidden_interval: Interval;
  /** An attribute within whose levels the difference is not there. */
  explained_by: string | null;
  explained_measure: string | null;
  left: number | null;
  reading: string;
  query: { name: string; browser: string };
}

export interface Member {
  customer_id: string;
  name: string | null;
  cltv: number | null;
  own_revenue: number | null;
  influence: number | null;
  downline: number | null;
}

export interface Load {
  finished_at: string | null;
}

export interface List<T> {
  items: T[];
  truncated?: boolean;
  next_cursor?: string | null;
  currency?: string | null;
  /** Null before the first analysis. */
  scored_at?: string | null;
  /** Loads and decisions since: above 0 the scores are behind. */
  changes_since?: number | null;
  /** That influence counts. */
  hops?: number | "all" | null;
  decay?: number | null;
}

export interface Relation {
  rho: number | null;
  interval: Interval;
  customers: number;
  reading: string;
}

export interface Segments extends List<Segment> {
  relation: Relation | null;
  /** The currency, or `customers` where only how many each has brought is known. */
  value_unit?: string | null;
  looked_at?: { attributes: number; segments: number; tested: number } | null;
  skipped_attributes: Record<string, string>;
}

/** What the API says when it cannot answer: RFC 9457, with `status` 0 when it did not answer at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
  }

  is(word: string): boolean {
    return this.type.split(/[/:#]/).pop() === word;
  }
}

const KEY = "refnet-key";

// Not in localStorage: the key goes when the tab is closed.
export const key = {
  get: (): string | null => sessionStorage.getItem(KEY),
  set: (value: string): void => sessionStorage.setItem(KEY, value),
  forget: (): void => sessionStorage.removeItem(KEY),
};

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const known = key.get();
  if (known) headers["X-API-Key"] = known;
  let response: Response;
  try {
    response = await fetch(`v1/${path}`, { headers, signal: signal ?? null });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "unreachable", "No answer", "The API does not answer.");
  }
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}

async function problemOf(response: Response): Promise<Problem> {
  let body: { type?: unknown; title?: unknown; detail?: unknown } = {};
  try {
    body = await response.json();
  } catch {
    // A proxy's page, not a problem of ours: its status says enough.
  }
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return new Problem(
    response.status,
    text(body.type),
    text(body.title) || response.statusText || `HTTP ${response.status}`,
    text(body.detail),
  );
}

const id = encodeURIComponent;

export const api = {
  programme: (launch: string | null, signal?: AbortSignal) =>
    get<Programme>(launch ? `programme?launch=${id(launch)}` : "programme", signal),
  search: (words: string, signal?: AbortSignal) =>
    get<List<FoundCustomer>>(`customers?search=${id(words.slice(0, 100))}&limit=10`, signal),
  customer: (customer: string, signal?: AbortSignal) => get<Customer>(`customers/${id(customer)}`, signal),
  influence: (customer: string, signal?: AbortSignal) =>
    get<Influence>(`customers/${id(customer)}/influence`, signal),
  tree: (customer: string, depth: number, signal?: AbortSignal) =>
    get<Tree>(`customers/${id(customer)}/tree?depth=${depth}&limit=1000`, signal),
  ancestors: (customer: string, signal?: AbortSignal) =>
    get<List<Ancestor>>(`customers/${id(customer)}/ancestors`, signal),
  advocates: (limit: number, signal?: AbortSignal) =>
    get<List<Advocate>>(`hidden-advocates?limit=${limit}`, signal),
  segments: (signal?: AbortSignal) => get<Segments>("segments", signal),
  lastLoad: (signal?: AbortSignal) => get<List<Load>>("loads?limit=1", signal),
  members: (segment: string, cursor: string | null, signal?: AbortSignal) =>
    get<List<Member>>(
      `segments/${id(segment)}/customers?limit=50${cursor ? `&cursor=${id(cursor)}` : ""}`,
      signal,
    ),
};
