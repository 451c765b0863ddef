// One place of the tree: its circle, its name, and what is said of it by ear.

import { money } from "../format";
import type { Spot } from "./layout";

interface NodeProps {
  spot: Spot;
  active: boolean;
  busy: boolean;
  currency: string | null;
  onClick: (event: MouseEvent) => void;
  onFocus: () => void;
  onHover: (key: string | null) => void;
}

export function Node({ spot, active, busy, currency, onClick, onFocus, onHover }: NodeProps) {
  const { place } = spot;
  const { person, folded } = place;
  const generation = person.depth === 0 ? 0 : ((person.depth - 1) % 6) + 1;
  const start = spot.x + spot.r + 6;
  const expandable = folded === 0 && person.brought > 0;
  // What is seen comes first, so that who speaks to the page can say it; then what it stands for.
  const figures = `own revenue ${money(person.revenue, currency)}, influence ${money(person.influence, currency)}, brought ${person.brought}`;
  const whole = spot.label === person.name ? "" : ` ${person.name},`;
  const spoken = folded
    ? `${spot.note} customers whom ${person.name} brought`
    : `${`${spot.label} ${spot.note}`.trim()}:${whole} ${figures}`;
  return (
    // The tree around it handles the keys.
    <g
      role="treeitem"
      class={`node ${folded ? "fold" : `g${generation}`}${person.brought || folded ? "" : " leaf"}${busy ? " busy" : ""}`}
      tabindex={active ? 0 : -1}
      data-key={place.key}
      aria-label={spoken}
      aria-level={(folded ? person.depth + 1 : person.depth) + 1}
      aria-posinset={spot.position}
      aria-setsize={spot.siblings}
      aria-selected={active}
      aria-busy={busy}
      {...(expandable ? { "aria-expanded": place.open } : {})}
      onClick={onClick}
      onFocus={onFocus}
      onMouseEnter={() => onHover(place.key)}
      onMouseLeave={() => onHover(null)}
    >
      <rect
        class="target"
        x={spot.x - spot.r - 4}
        y={spot.y - Math.max(12, spot.r + 2)}
        width={spot.end - spot.x + spot.r + 8}
        height={2 * Math.max(12, spot.r + 2)}
        rx="6"
      />
      <circle cx={spot.x} cy={spot.y} r={spot.r} />
      <text x={start} y={spot.y} dy="0.35em">
        {spot.label}
        <tspan class="note" dx={spot.label ? 8 : 0}>
          {busy ? "…" : spot.note}
        </tspan>
      </text>
    </g>
  );
}
