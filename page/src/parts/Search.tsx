// Find a customer by the beginning of a name, an id or an email: a combobox that lists as one types.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { api, type FoundCustomer } from "../api";
import { money } from "../format";
import { asProblem } from "../loaded";
import { to } from "../route";
import { quadrantName } from "./quadrant";

const PAUSE = 180;

export function Search() {
  const [text, setText] = useState("");
  const [found, setFound] = useState<FoundCustomer[] | null>(null);
  const [currency, setCurrency] = useState<string | null>(null);
  const [more, setMore] = useState(false);
  const [message, setMessage] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const wanted = useRef(false);

  // Listens as soon as it is seen.
  useLayoutEffect(() => {
    const key = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  }, []);

  useEffect(() => {
    const asked = text.trim();
    setFound(null);
    setAt(-1);
    setMessage("");
    if (!asked) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api.search(asked, stop.signal).then(
        (list) => {
          if (stop.signal.aborted) return;
          setFound(list.items);
          setCurrency(list.currency ?? null);
          setMore(list.truncated ?? false);
          setMessage(list.items.length ? "" : "Nobody whose name, id or email begins like this.");
          if (wanted.current && list.items[0]) choose(list.items[0]);
        },
        (error: unknown) => {
          if (stop.signal.aborted) return;
          const problem = asProblem(error);
          setMessage(problem.detail || problem.title);
        },
      );
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);

  function choose(customer: FoundCustomer) {
    wanted.current = false;
    setOpen(false);
    setText("");
    location.hash = to.customer(customer.customer_id);
    field.current?.blur();
  }

  const keys = (event: KeyboardEvent) => {
    const last = (found?.length ?? 0) - 1;
    if (event.key === "ArrowDown") setAt(at >= last ? 0 : at + 1);
    else if (event.key === "ArrowUp") setAt(at <= 0 ? last : at - 1);
    else if (event.key === "Escape") {
      setOpen(false);
      if (!open) setText("");
    } else if (event.key === "Enter") {
      const one = found?.[Math.max(0, at)];
      if (one) choose(one);
      // Typed faster than answered: the first that comes is taken.
      else wanted.current = text.trim() !== "";
    } else {
      wanted.current = false;
      return;
    }
    event.preventDefault();
  };

  const listed = open && text.trim() !== "" && (found !== null || message !== "");
  return (
    <div class="search">
      <input
        ref={field}
        type="search"
        role="combobox"
        list={undefined}
        aria-label="Search a customer by name, id or email"
        placeholder="Customer name or id"
        aria-expanded={listed && !!found?.length}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `found-${at}` : undefined}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={keys}
      />
      <kbd aria-hidden="true">/</kbd>
      <div class="found" hidden={!listed || !found?.length}>
        <ul id="found" role="listbox" aria-label="Customers found">
          {found?.map((customer, number) => (
            // The field handles the keys of its list.
            <li
              key={customer.customer_id}
              id={`found-${number}`}
              role="option"
              tabIndex={-1}
              aria-selected={number === at}
              // Before the field loses the focus and closes the list.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(customer)}
            >
              <b>{customer.name || customer.customer_id}</b> <span class="id">{customer.customer_id}</span>
              <small>
                {[customer.country, customer.plan, customer.quadrant && quadrantName(customer.quadrant)]
                  .filter(Boolean)
                  .join(" · ")}
                <span>{money(customer.influence, currency)} influence</span>
              </small>
            </li>
          ))}
        </ul>
        {more && <p class="more">More match: type on.</p>}
      </div>
      <p class="none" role="status" hidden={!listed || !message}>
        {message}
      </p>
    </div>
  );
}
