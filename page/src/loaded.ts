// Something asked of the API: waiting, here, or a problem, with a way to ask again.

import { useCallback, useEffect, useState } from "preact/hooks";
import { Problem } from "./api";

export interface Loaded<T> {
  value: T | null;
  problem: Problem | null;
  again: () => void;
}

/** Asks when `name` changes; an answer to an earlier question is dropped. */
export function useLoaded<T>(name: string, ask: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [found, setFound] = useState<{ name: string; value: T | null; problem: Problem | null }>();
  const [round, setRound] = useState(0);
  // `name` stands for what `ask` asks; `round` asks again.
  useEffect(() => {
    const stop = new AbortController();
    ask(stop.signal).then(
      (value) => stop.signal.aborted || setFound({ name, value, problem: null }),
      (error: unknown) => stop.signal.aborted || setFound({ name, value: null, problem: asProblem(error) }),
    );
    return () => stop.abort();
  }, [name, round]);
  const again = useCallback(() => setRound((n) => n + 1), []);
  const current = found?.name === name ? found : undefined;
  return { value: current?.value ?? null, problem: current?.problem ?? null, again };
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "unreadable", "An answer that this page does not understand", String(error));
}
