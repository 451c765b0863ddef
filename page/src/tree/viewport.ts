// Moving about in the drawing: by wheel, one or two fingers, the mouse, and by buttons.

import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Drawing, Spot } from "./layout";

export interface View {
  x: number;
  y: number;
  k: number;
}

const NEAREST = 2.5;
const FURTHEST = 0.15;
const MARGIN = 28;
/** Above and below the outermost circles. */
const AIR = 12;

/** The smallest that a tree starts with: letters of 9 px; on a phone, which is held closer to the eye, of 11. */
const narrowest = (box: HTMLElement | null) => (isPhone(box) ? 0.85 : 0.72);
const isPhone = (box: HTMLElement | null) => (box?.clientWidth ?? 0) < 600;

/** The view that has the whole drawing in sight, at a scale of at least `smallest`. */
function fitted(size: HTMLElement, drawing: Drawing, smallest: number): View {
  const height = drawing.bottom - drawing.top;
  const room = Math.min(
    (size.clientWidth - 2 * MARGIN) / drawing.width,
    (size.clientHeight - 2 * AIR) / height,
  );
  const k = Math.min(1, Math.max(smallest, room));
  const y = (size.clientHeight - height * k) / 2 - drawing.top * k;
  const rootRadius = drawing.spots[0]?.r ?? 0;
  return { k, x: MARGIN + rootRadius * k, y: height * k > size.clientHeight ? size.clientHeight / 2 : y };
}

function inside(size: HTMLElement, drawing: Drawing, { x, y, k }: View): boolean {
  return (
    x - (drawing.spots[0]?.r ?? 0) * k >= 0 &&
    drawing.width * k + x <= size.clientWidth &&
    drawing.top * k + y >= 0 &&
    drawing.bottom * k + y <= size.clientHeight
  );
}

/** And the smallest that it may become to stay whole when branches are opened: letters of 8 px. */
const SHRUNK = 0.62;

export function useViewport(box: RefObject<HTMLElement | null>, drawing: Drawing, name: string) {
  const [view, setView] = useState<View>({ x: 0, y: 0, k: 1 });
  const moved = useRef(false);
  // Set once the reader zooms or drags: from then on the drawing's changes do not take their view away.
  const theirs = useRef(false);

  const zoom = useCallback(
    (factor: number, atX?: number, atY?: number) => {
      const size = box.current?.getBoundingClientRect();
      if (!size) return;
      theirs.current = true;
      const x = atX ?? size.width / 2;
      const y = atY ?? size.height / 2;
      setView((old) => {
        const k = Math.min(NEAREST, Math.max(FURTHEST, old.k * factor));
        const by = k / old.k;
        return { k, x: x - (x - old.x) * by, y: y - (y - old.y) * by };
      });
    },
    [box],
  );

  const fit = useCallback(
    (smallest: number) => {
      if (!box.current) return;
      theirs.current = false;
      setView(fitted(box.current, drawing, smallest));
    },
    [box, drawing],
  );

  // A new tree starts in sight and legible; smaller only by the reader's own wish.
  // Only another tree moves the view.
  useLayoutEffect(() => fit(narrowest(box.current)), [name]);

  /** Keep a place in sight: the least movement that brings it there. */
  const reveal = useCallback(
    (spot: Spot) => {
      const size = box.current;
      if (!size) return;
      setView((old) => {
        if (inside(size, drawing, old)) return old;
        const left = (spot.x - spot.r) * old.k + old.x;
        const right = Math.min(spot.end * old.k + old.x, left + size.clientWidth - 2 * MARGIN);
        const y = spot.y * old.k + old.y;
        const dx = left < MARGIN ? MARGIN - left : Math.min(0, size.clientWidth - MARGIN - right);
        const dy = Math.max(0, MARGIN * 2 - y) + Math.min(0, size.clientHeight - MARGIN - y);
        return dx || dy ? { ...old, x: old.x + dx, y: old.y + dy } : old;
      });
    },
    [box, drawing],
  );

  /** After a change of the drawing that moved what was clicked by (dx, dy): that stays where it is on the screen, or,
      where parts of the drawing would be cut off, the whole is fitted if it is legible then. */
  const settle = useCallback(
    (dx: number, dy: number) => {
      const size = box.current;
      if (!size) return;
      setView((old) => {
        const kept = { ...old, x: old.x - dx * old.k, y: old.y - dy * old.k };
        if (theirs.current || inside(size, drawing, kept)) return kept;
        const whole = fitted(size, drawing, isPhone(size) ? narrowest(size) : SHRUNK);
        return inside(size, drawing, whole) ? whole : kept;
      });
    },
    [box, drawing],
  );

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const fingers = new Map<number, { x: number; y: number }>();
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const at = element.getBoundingClientRect();
      const turn = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
      zoom(Math.exp(-turn * 0.002), event.clientX - at.left, event.clientY - at.top);
    };
    const down = (event: PointerEvent) => {
      if (event.button !== 0) return;
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (fingers.size === 1) moved.current = false;
    };
    const move = (event: PointerEvent) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = { x: event.clientX, y: event.clientY };
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const at = element.getBoundingClientRect();
        const span = (p: { x: number; y: number }) => Math.hypot(p.x - other.x, p.y - other.y);
        zoom(
          span(now) / Math.max(1, span(before)),
          (now.x + other.x) / 2 - at.left,
          (now.y + other.y) / 2 - at.top,
        );
        moved.current = true;
      } else {
        // A click with a slightly unsteady hand is a click.
        if (!moved.current && Math.hypot(now.x - before.x, now.y - before.y) < 4) return;
        moved.current = true;
        theirs.current = true;
        setView((old) => ({ ...old, x: old.x + now.x - before.x, y: old.y + now.y - before.y }));
      }
      fingers.set(event.pointerId, now);
    };
    const up = (event: PointerEvent) => fingers.delete(event.pointerId);
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("pointerdown", down);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", up);
    return () => {
      element.removeEventListener("wheel", wheel);
      element.removeEventListener("pointerdown", down);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", up);
    };
  }, [box, zoom]);

  return { view, zoom, fit, reveal, settle, dragged: () => moved.current };
}
