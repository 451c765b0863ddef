// What the page says when there is nothing to show: what is the matter, and what to do.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api, key, type Problem } from "../api";
import { day, plural } from "../format";
import { useLoaded } from "../loaded";
import { to } from "../route";

interface Props {
  title: string;
  children?: ComponentChildren;
  command?: string;
  urgent?: boolean;
}

export function Notice({ title, children, command, urgent }: Props) {
  return (
    <div class="notice" role={urgent ? "alert" : "status"}>
      <h2>{title}</h2>
      {children}
      {command && <pre>{command}</pre>}
    </div>
  );
}

export function NothingLoaded() {
  return (
    <Notice title="No customers yet" command={"refnet load DIR\nrefnet analyze"}>
      <p>
        Load your exports (customers and referrals are enough) and analyze them, then come back.{" "}
        <code>refnet template DIR</code> writes empty files with the headers, <code>refnet example DIR</code>{" "}
        a made-up brand to try.
      </p>
    </Notice>
  );
}

/** For answers without scores: says whether there is anything that could be analyzed. */
export function NotAnalyzed() {
  const load = useLoaded("last load", (signal) => api.lastLoad(signal));
  if (!load.value && !load.problem) return <Waiting what="Looking for what is loaded" />;
  if (load.value?.items.length === 0) return <NothingLoaded />;
  return (
    <Notice title="Loaded, not analyzed yet" command="refnet analyze">
      <p>The customers are here, their scores are not: run this where refnet runs.</p>
    </Notice>
  );
}

/** Says that the graph has changed since the scores were made, and what brings them up to date. */
export function Behind({ scores }: { scores: { scored_at?: string | null; changes_since?: number | null } }) {
  if (!scores.changes_since) return null;
  return (
    <p class="behind" role="status">
      Scores are of {day(scores.scored_at ?? null)};{" "}
      {plural(scores.changes_since, "load or decision has", "loads or decisions have")} come since.{" "}
      <code>refnet analyze</code> brings them up to date.
    </p>
  );
}

export function Waiting({ what }: { what: string }) {
  return (
    <p class="waiting" role="status">
      <i aria-hidden="true" /> {what} …
    </p>
  );
}

const SOON = 3000;

export function Trouble({ problem, again }: { problem: Problem; again: () => void }) {
  const away = [0, 502, 503, 504].includes(problem.status);
  useEffect(() => {
    if (!away) return;
    const timer = setInterval(again, SOON);
    return () => clearInterval(timer);
  }, [away, again]);

  if (problem.status === 401) return <AskKey again={again} />;
  if (problem.status === 0 && problem.type === "unreachable")
    return (
      <Notice title="refnet does not answer" urgent>
        <p>
          Is it running? Start it with the command below. This page tries again every few seconds and goes on
          by itself.
        </p>
        <pre>refnet serve</pre>
        <button type="button" onClick={again}>
          Try again now
        </button>
      </Notice>
    );
  // Being analyzed, being computed: nothing is wrong.
  if (problem.is("being-computed") || problem.is("being-analyzed"))
    return <Waiting what={problem.detail || problem.title} />;
  return (
    <Notice title={problem.title} urgent>
      <p>{problem.detail || "refnet's own log says more."}</p>
      {away && <p>This page tries again every few seconds.</p>}
      <button type="button" onClick={again}>
        Try again
      </button>
    </Notice>
  );
}

export function NoSuchView({ path }: { path: string }) {
  useEffect(() => {
    document.title = "No such view · refnet";
  }, []);
  return (
    <Notice title="No such view">
      <p>
        There is nothing at <code>{path}</code>. Go back to <a href={to.home()}>the programme</a>.
      </p>
    </Notice>
  );
}

export function NobodyById({ id, problem }: { id: string; problem: Problem }) {
  return (
    <Notice title={`No customer ${id}`}>
      <p>{problem.detail || "Ids are told apart by upper and lower case."}</p>
      <p>
        Search above by name or id, or go back to <a href={to.home()}>the programme</a>.
      </p>
    </Notice>
  );
}

function AskKey({ again }: { again: () => void }) {
  const tried = key.get() !== null;
  const [value, setValue] = useState("");
  return (
    <form
      class="notice"
      onSubmit={(event) => {
        event.preventDefault();
        if (!value.trim()) return;
        key.set(value.trim());
        again();
        window.dispatchEvent(new Event("refnet-key"));
      }}
    >
      <h2>{tried ? "This key is not taken" : "A key is needed"}</h2>
      <p>
        This refnet answers with an API key only (<code>REFNET_API_KEYS</code> where it runs). It is kept
        until you close this tab.
      </p>
      <label>
        API key{" "}
        <input
          type="password"
          autocomplete="off"
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </label>{" "}
      <button type="submit">Use it</button>
    </form>
  );
}
