// The people below one customer as far as they are loaded, and which of them are to be seen.

import type { Tree, TreeNode } from "../api";

export interface Person {
  id: string;
  name: string;
  depth: number;
  revenue: number | null;
  influence: number | null;
  downline: number | null;
  /** How many they brought themselves, loaded or not. */
  brought: number;
  parent: string | null;
  /** Who has a share in bringing them besides `parent`. */
  others: string[];
}

/** One place in the drawing: a person, or what is folded of a wide family. */
export interface Place {
  key: string;
  person: Person;
  /** Folded children of `person`, whose place this is not; 0: this is the person's own place. */
  folded: number;
  open: boolean;
  children: Place[];
}

/** A family wider than this is folded … */
const WIDE = 10;
/** … to so many; each unfolding shows so many more. */
const FIRST = 8;
const STEP = 25;
/** At first as many generations are open as fit in so many rows. */
export const ROWS = 24;

export class Family {
  readonly people = new Map<string, Person>();
  readonly open = new Set<string>();
  private readonly children = new Map<string, string[]>();
  private readonly shown = new Map<string, number>();
  private readonly exhausted = new Set<string>();

  constructor(
    readonly root: string,
    tree: Tree,
    rows = ROWS,
  ) {
    this.add(tree, 0);
    this.openFirst(rows);
  }

  /** What was loaded below `tree.root`, who is `depth` generations below ours. Who is here already stays. */
  add(tree: Tree, depth: number): void {
    for (const node of [...tree.nodes].sort((a, b) => a.depth - b.depth)) {
      const there = this.people.get(node.customer_id);
      if (there) {
        const more = node.referrers.filter((id) => id !== there.parent && !there.others.includes(id));
        if (there.id !== this.root) there.others.push(...more);
        continue;
      }
      const known = node.referrers.filter((id) => this.people.has(id));
      const above = known.find((id) => this.people.get(id)?.depth === depth + node.depth - 1) ?? known[0];
      if (node.depth > 0 && above === undefined) continue;
      this.put(node, depth + node.depth, above ?? null);
    }
    for (const list of this.children.values()) list.sort((a, b) => this.worth(b) - this.worth(a));
    // Asked for just now and cut off: asking again would bring the same.
    if (tree.truncated && depth > 0) this.exhausted.add(tree.root);
  }

  /** Own revenue and influence: what a place's area shows. */
  worth(id: string): number {
    const person = this.people.get(id);
    return Math.max(0, (person?.revenue ?? 0) + (person?.influence ?? 0));
  }

  childrenOf(id: string): string[] {
    return this.children.get(id) ?? [];
  }

  /** Has brought people who are not here yet and can be asked for. */
  lacks(id: string): boolean {
    const here = this.childrenOf(id).length + this.elsewhere(id);
    return here < (this.people.get(id)?.brought ?? 0) && !this.exhausted.has(id);
  }

  /** How many of theirs are drawn with another referrer, who has a share in them, too. */
  private elsewhere(id: string): number {
    let count = 0;
    for (const person of this.people.values()) if (person.others.includes(id)) count += 1;
    return count;
  }

  asked(id: string): void {
    this.exhausted.add(id);
  }

  unfold(id: string): void {
    this.shown.set(id, (this.shown.get(id) ?? FIRST) + STEP);
  }

  /** The drawing's places from the root on. */
  places(): Place | null {
    const root = this.people.get(this.root);
    return root ? this.place(root) : null;
  }

  private place(person: Person): Place {
    const open = this.open.has(person.id);
    const place: Place = { key: person.id, person, folded: 0, open, children: [] };
    if (!open) return place;
    const all = this.childrenOf(person.id);
    const unfolded = this.shown.get(person.id);
    const count = unfolded ?? (all.length > WIDE ? FIRST : all.length);
    for (const id of all.slice(0, count)) {
      const child = this.people.get(id);
      if (child) place.children.push(this.place(child));
    }
    const folded = Math.max(person.brought - this.elsewhere(person.id), all.length) - place.children.length;
    if (folded > 0 && place.children.length > 0)
      place.children.push({ key: `${person.id} …`, person, folded, open: false, children: [] });
    return place;
  }

  private put(node: TreeNode, depth: number, parent: string | null): void {
    this.people.set(node.customer_id, {
      id: node.customer_id,
      name: node.name || node.customer_id,
      depth,
      revenue: node.revenue,
      influence: node.influence,
      downline: node.downline,
      brought: node.children,
      parent,
      others: depth > 0 ? node.referrers.filter((id) => id !== parent) : [],
    });
    if (parent === null) return;
    const list = this.children.get(parent) ?? [];
    list.push(node.customer_id);
    this.children.set(parent, list);
  }

  /** Open the most valuable families first, while there is room. */
  private openFirst(rows: number): void {
    this.open.add(this.root);
    let room = rows - Math.min(this.childrenOf(this.root).length, FIRST + 1);
    const next = [...this.childrenOf(this.root)].slice(0, FIRST);
    while (next.length > 0) {
      next.sort((a, b) => this.worth(b) - this.worth(a));
      const id = next.shift() as string;
      const below = this.childrenOf(id);
      const needs = Math.min(below.length, FIRST + 1) - 1;
      if (below.length === 0 || needs > room) continue;
      this.open.add(id);
      room -= needs;
      next.push(...below.slice(0, FIRST));
    }
  }
}
