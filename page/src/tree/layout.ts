// Where each place of the drawing goes: the root at the left, a column a generation, nobody over another.

import { hierarchy, tree as tidy } from "d3-hierarchy";
import { measure, shorten } from "../parts/measure";
import type { Family, Place } from "./family";

export interface Spot {
  place: Place;
  x: number;
  y: number;
  r: number;
  /** The name as far as there is room for it. */
  label: string;
  /** What follows it. */
  note: string;
  /** Where the label, and what follows it, ends: lines to the next generation start there. */
  end: number;
  parent: Spot | null;
  position: number;
  siblings: number;
}

export interface Drawing {
  spots: Spot[];
  byKey: Map<string, Spot>;
  width: number;
  top: number;
  bottom: number;
}

const ROW = 26;
const BIGGEST = 20;
const SMALLEST = 4;
const FONT = "13px system-ui, sans-serif";
const SMALL = "12px system-ui, sans-serif";

export function layout(
  family: Family,
  root: Place,
  options: { column: number; note: (place: Place) => string },
): Drawing {
  let most = 1;
  for (const id of family.people.keys()) most = Math.max(most, family.worth(id));
  const radius = (place: Place) =>
    place.folded ? SMALLEST : Math.max(SMALLEST, BIGGEST * Math.sqrt(family.worth(place.person.id) / most));
  const arranged = tidy<Place>()
    .nodeSize([1, options.column])
    .separation((a, b) => {
      const apart = Math.max(ROW, radius(a.data) + radius(b.data) + 6);
      return a.parent === b.parent ? apart : apart + 8;
    })(hierarchy(root, (place) => place.children));

  const byKey = new Map<string, Spot>();
  const spots: Spot[] = [];
  arranged.eachBefore((node) => {
    const place = node.data;
    const r = radius(place);
    const note = options.note(place);
    const noted = note ? measure(note, SMALL) + 8 : 0;
    const room = options.column - r - BIGGEST - 26 - noted;
    const label = place.folded ? "" : shorten(place.person.name, Math.max(40, room), FONT);
    const spot: Spot = {
      place,
      x: node.y,
      y: node.x,
      r,
      label,
      note,
      end: node.y + r + 6 + (label ? measure(label, FONT) : 0) + noted,
      parent: node.parent ? (byKey.get(node.parent.data.key) ?? null) : null,
      position: node.parent ? (node.parent.children?.indexOf(node) ?? 0) + 1 : 1,
      siblings: node.parent?.children?.length ?? 1,
    };
    byKey.set(place.key, spot);
    spots.push(spot);
  });
  return {
    spots,
    byKey,
    width: Math.max(...spots.map((spot) => spot.end)),
    top: Math.min(...spots.map((spot) => spot.y - spot.r)),
    bottom: Math.max(...spots.map((spot) => spot.y + spot.r)),
  };
}

export function line(from: Spot, to: Spot): string {
  const x0 = from.end + 4;
  const x1 = to.x - to.r - 1;
  const bend = Math.max(12, (x1 - x0) / 2);
  return `M${x0},${from.y}C${x0 + bend},${from.y} ${x1 - bend},${to.y} ${x1},${to.y}`;
}
