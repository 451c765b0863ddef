// The tree drawn, and walked with the keyboard as a tree: arrows, Home, End, Space, Enter.

import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { api, type Tree } from "../api";
import { money, number, shortMoney } from "../format";
import { asProblem } from "../loaded";
import { to } from "../route";
import { Family, type Place } from "./family";
import { layout, line, type Spot } from "./layout";
import { Node } from "./Node";
import { useViewport, type View } from "./viewport";

const FURTHER = 2;
const TIP = 250;

interface Props {
  tree: Tree;
  root: string;
  name: string;
  currency: string | null;
  /** Whoever brought the root, if anybody did. */
  up: { href: string; name: string } | null;
}

export function TreeView({ tree, root, name, currency, up }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const narrow = window.innerWidth < 640;
  const family = useMemo(() => new Family(root, tree, narrow ? 14 : undefined), [root, tree, narrow]);
  // The family changes in place; this number tells that it did.
  const [changes, setChanges] = useState(0);
  const [active, setActive] = useState(root);
  const [hovered, setHovered] = useState<string | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const anchor = useRef<Spot | null>(null);
  const wantsFocus = useRef(false);
  const clicked = useRef<string | null>(null);

  const drawing = useMemo(() => {
    const places = family.places() as Place;
    return layout(family, places, {
      column: narrow ? 190 : 240,
      note: (place) => noteOf(place, currency, narrow),
    });
    // `changes` stands for the family's own changes.
  }, [family, changes, currency, narrow]);
  const { view, zoom, fit, reveal, settle, dragged } = useViewport(box, drawing, root);

  const current = drawing.byKey.get(active) ?? (drawing.spots[0] as Spot);

  useLayoutEffect(() => {
    const before = anchor.current;
    const after = before && drawing.byKey.get(before.place.key);
    anchor.current = null;
    if (!before || !after) return;
    settle(after.x - before.x, after.y - before.y);
    // Whom somebody brought comes into sight with them.
    if (after.place.open && !before.place.open)
      for (const place of [...after.place.children.slice(0, 1), after.place]) {
        const spot = drawing.byKey.get(place.key);
        if (spot) reveal(spot);
      }
  }, [drawing, settle, reveal]);

  // At once: the next key may follow.
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    reveal(current);
    const found = [...(box.current?.querySelectorAll<SVGElement>("[role=treeitem]") ?? [])].find(
      (element) => element.dataset.key === current.place.key,
    );
    found?.focus({ preventScroll: true });
  }, [current, reveal]);

  const go = useCallback((spot: Spot | null | undefined) => {
    if (!spot) return;
    wantsFocus.current = true;
    setActive(spot.place.key);
  }, []);

  const toggle = useCallback(
    async (spot: Spot, wanted?: boolean) => {
      const { person, folded } = spot.place;
      setTrouble(null);
      if (folded) {
        family.unfold(person.id);
        // The fold's own place may be gone: the first of the unfolded takes it.
        const first = family.childrenOf(person.id)[spot.position - 1];
        anchor.current = spot.parent;
        if (first) {
          wantsFocus.current = true;
          setActive(first);
        }
        setChanges((n) => n + 1);
        return;
      }
      if (person.brought === 0) return;
      const open = wanted ?? !family.open.has(person.id);
      anchor.current = spot;
      if (open && family.lacks(person.id)) {
        setBusy(person.id);
        try {
          const more = await api.tree(person.id, FURTHER);
          family.add(more, person.depth);
          if (family.lacks(person.id)) family.asked(person.id);
        } catch (error) {
          const problem = asProblem(error);
          setTrouble(`${person.name}: ${problem.detail || problem.title}`);
          return;
        } finally {
          setBusy(null);
        }
      }
      if (open) family.open.add(person.id);
      else family.open.delete(person.id);
      setChanges((n) => n + 1);
    },
    [family],
  );

  const hasPage = (place: Place) => place.folded === 0 && place.person.id !== root;
  const openPage = (id: string) => {
    location.hash = to.customer(id);
  };

  const keys = (event: KeyboardEvent) => {
    const at = drawing.spots.indexOf(current);
    const { place } = current;
    switch (event.key) {
      case "ArrowDown":
        go(drawing.spots[at + 1]);
        break;
      case "ArrowUp":
        go(drawing.spots[at - 1]);
        break;
      case "ArrowRight":
        if (place.open && place.children.length > 0) go(drawing.spots[at + 1]);
        else if (!place.open) void toggle(current, true);
        break;
      case "ArrowLeft":
        if (place.open && place.children.length > 0) void toggle(current, false);
        else go(current.parent);
        break;
      case "Home":
        go(drawing.spots[0]);
        break;
      case "End":
        go(drawing.spots.at(-1));
        break;
      case "Enter":
        if (hasPage(place)) openPage(place.person.id);
        else void toggle(current);
        break;
      case " ":
        void toggle(current);
        break;
      case "+":
        zoom(1.25);
        break;
      case "-":
        zoom(0.8);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const everyone = family.people.get(root)?.downline ?? null;
  const peopleDrawn = drawing.spots.filter((spot) => !spot.place.folded).length;
  const shown = hovered ? drawing.byKey.get(hovered) : null;
  const generations = [
    ...new Set(drawing.spots.filter((s) => !s.place.folded).map((s) => s.place.person.depth)),
  ];

  return (
    <section class="tree" aria-label="Who brought whom">
      <div class="tools">
        {up && (
          <a class="button" href={up.href} title={`Up to ${up.name}`}>
            ↑ <span>Up to {up.name}</span>
          </a>
        )}
        <span class="spring">
          {number(peopleDrawn - 1)}
          {everyone !== null && everyone >= peopleDrawn - 1 && ` of ${number(everyone)}`} people drawn
        </span>
        <button type="button" onClick={() => zoom(1.25)} aria-label="Closer" title="Closer (+)">
          +
        </button>
        <button type="button" onClick={() => zoom(0.8)} aria-label="Further away" title="Further away (−)">
          −
        </button>
        <button type="button" onClick={() => fit(0.15)} title="The whole drawing">
          Fit
        </button>
      </div>
      <div
        class="canvas"
        ref={box}
        // The first click may move the drawing: both clicks are meant for whom it hit.
        onClick={(event) => {
          if (event.detail > 1 || !(event.target instanceof Element)) return;
          clicked.current = event.target.closest<SVGElement>("[data-key]")?.dataset.key ?? null;
        }}
        onDblClick={() => {
          const place = drawing.byKey.get(clicked.current ?? "")?.place;
          if (place && hasPage(place) && !dragged()) openPage(place.person.id);
        }}
      >
        <svg
          role="tree"
          aria-label={`Whom ${name} brought; Space opens and closes a branch, Enter goes to a person's own page`}
          onKeyDown={keys}
        >
          <g transform={`translate(${view.x},${view.y}) scale(${view.k})`}>
            {drawing.spots.map(
              (spot) =>
                spot.parent && <path key={`to ${spot.place.key}`} class="line" d={line(spot.parent, spot)} />,
            )}
            {drawing.spots.flatMap((spot) =>
              spot.place.folded
                ? []
                : spot.place.person.others.flatMap((id) => {
                    const other = drawing.byKey.get(id);
                    return other
                      ? [<path key={`${id} to ${spot.place.key}`} class="line also" d={line(other, spot)} />]
                      : [];
                  }),
            )}
            {drawing.spots.map((spot) => (
              <Node
                key={spot.place.key}
                spot={spot}
                active={spot === current}
                busy={busy === spot.place.key}
                currency={currency}
                onClick={(event) => {
                  if (dragged() || event.detail > 1) return;
                  setActive(spot.place.key);
                  void toggle(spot);
                }}
                onFocus={() => setActive(spot.place.key)}
                onHover={setHovered}
              />
            ))}
          </g>
        </svg>
        {shown && !shown.place.folded && (
          <div class="tip" aria-hidden="true" style={beside(shown, view, box.current?.clientWidth ?? 0)}>
            <Figures place={shown.place} currency={currency} />
            {hasPage(shown.place) && <small>double-click: their own page</small>}
          </div>
        )}
      </div>
      <ul class="legend" aria-hidden="true">
        {generations.map((depth) => (
          <li key={depth}>
            <i class={`dot g${depth === 0 ? 0 : ((depth - 1) % 6) + 1}`} />
            {depth === 0 ? "start" : depth}
          </li>
        ))}
        <li class="wide">generation by colour · area: own revenue + influence · hollow: brought nobody</li>
        <li class="brief">generation · touch a name: amounts below</li>
      </ul>
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      <div class="selected">
        <Figures place={current.place} currency={currency} />
        {current.place.person.id !== root && (
          <a class="button" href={to.customer(current.place.person.id)}>
            Open {current.place.person.name}
          </a>
        )}
      </div>
    </section>
  );
}

/** Where the figures of a place go: beside it if there is room, so that its neighbours stay in sight; else below. */
function beside(spot: Spot, view: View, width: number): { left: string; top: string } {
  const right = spot.end * view.k + view.x + 12;
  const y = spot.y * view.k + view.y;
  if (right + TIP <= width) return { left: `${right}px`, top: `${Math.max(8, y - 18)}px` };
  const left = Math.max(8, Math.min(spot.x * view.k + view.x, width - TIP));
  return { left: `${left}px`, top: `${y + spot.r * view.k + 8}px` };
}

/** What follows a name: what they are worth, and how many are folded below them. */
function noteOf(place: Place, currency: string | null, brief: boolean): string {
  if (place.folded) return `… ${place.folded} more`;
  const { person, open } = place;
  // On a phone the name is what there is room for; the figures are below the drawing.
  const value = brief ? "" : shortMoney((person.revenue ?? 0) + (person.influence ?? 0), currency);
  return person.brought > 0 && !open ? `${value}  +${person.brought}` : value;
}

function Figures({ place, currency }: { place: Place; currency: string | null }) {
  const { person } = place;
  return (
    <div class="figures">
      <b>{person.name}</b> <span class="id">{person.id}</span>
      <dl>
        <div>
          <dt>generation</dt>
          <dd>{person.depth || "start"}</dd>
        </div>
        {person.revenue !== null && (
          <div>
            <dt>own revenue</dt>
            <dd>{money(person.revenue, currency)}</dd>
          </div>
        )}
        {person.influence !== null && (
          <div>
            <dt>influence</dt>
            <dd>{money(person.influence, currency)}</dd>
          </div>
        )}
        <div>
          <dt>brought</dt>
          <dd>
            {person.brought}
            {person.downline !== null && person.downline > person.brought && `, ${person.downline} in all`}
          </dd>
        </div>
      </dl>
    </div>
  );
}
