// How wide a part of the page is, so that a chart is drawn for just that width and its letters keep their size.

import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

export function useWidth(box: RefObject<Element | null>, first: number): number {
  const [width, setWidth] = useState(first);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setWidth(Math.max(240, Math.round(element.clientWidth))));
    watch.observe(element);
    return () => watch.disconnect();
  }, [box]);
  return width;
}
