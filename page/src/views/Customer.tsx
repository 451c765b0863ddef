// One customer: who brought them, whom they brought, and the scores beside the tree.

import { useEffect } from "preact/hooks";
import { type Ancestor, api, type Customer, type Influence } from "../api";
import { counted, day, money, number, plural, shortMoney, words } from "../format";
import { useLoaded } from "../loaded";
import { Behind, NobodyById, NotAnalyzed, Notice, Trouble, Waiting } from "../parts/Notice";
import { quadrantName, quadrantNote } from "../parts/quadrant";
import { to } from "../route";
import { TreeView } from "../tree/TreeView";

const DEPTH = 3;

export function CustomerView({ id }: { id: string }) {
  const person = useLoaded(`customer ${id}`, async (signal) => {
    const [customer, influence, tree] = await Promise.all([
      api.customer(id, signal),
      api.influence(id, signal),
      api.tree(id, DEPTH, signal),
    ]);
    return { customer, influence, tree };
  });
  // The tree need not wait for who is above it.
  const lineage = useLoaded(`ancestors ${id}`, (signal) => api.ancestors(id, signal));
  const name = person.value?.customer.name || id;
  useEffect(() => {
    document.title = `${name} · refnet`;
  }, [name]);

  if (person.problem)
    return person.problem.status === 404 ? (
      <NobodyById id={id} problem={person.problem} />
    ) : (
      <Trouble problem={person.problem} again={person.again} />
    );
  if (!person.value) return <Waiting what={`Looking for ${id}`} />;
  const { customer, influence, tree } = person.value;
  const ancestors = lineage.value?.items;
  const above = ancestors?.find((one) => one.steps === 1 && one.kind === "customer");
  const alone = tree.nodes.every((node) => node.customer_id === id);
  return (
    <div class="customer">
      <div class="who">
        <h1>{name}</h1>
        <span class="id">{customer.customer_id}</span>
        {customer.quadrant && (
          <span class={`chip ${customer.quadrant}`}>{quadrantName(customer.quadrant)}</span>
        )}
        <span class="facts">
          {[
            customer.country,
            customer.plan,
            customer.channel,
            customer.joined_at && `joined ${day(customer.joined_at)}`,
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
        {lineage.problem ? (
          <p class="path">
            Who brought them cannot be told now: {lineage.problem.detail || lineage.problem.title}{" "}
            <button type="button" onClick={lineage.again}>
              Try again
            </button>
          </p>
        ) : ancestors ? (
          <Ancestors ancestors={ancestors} name={name} />
        ) : (
          <p class="path">Looking for who brought them …</p>
        )}
      </div>
      {alone ? (
        <div class="alone">
          <Notice title={`${name} has brought nobody yet`}>
            <p>
              {above
                ? "No tree hangs below; the one above is a click away."
                : ancestors?.length === 0 &&
                  "Nobody brought them either, as far as the loaded referrals tell."}
            </p>
            {above && (
              <p class="up">
                <a class="button" href={to.customer(above.id)}>
                  ↑ Up to {above.name || above.id}
                </a>
              </p>
            )}
          </Notice>
        </div>
      ) : (
        <TreeView
          key={id}
          tree={tree}
          root={id}
          name={name}
          currency={influence.currency}
          up={above ? { href: to.customer(above.id), name: above.name || above.id } : null}
        />
      )}
      <Scores influence={influence} customer={customer} directly={tree.nodes[0]?.children ?? 0} />
    </div>
  );
}

/** Several referrers of one person stand side by side at the same step. */
function Ancestors({ ancestors, name }: { ancestors: Ancestor[]; name: string }) {
  if (ancestors.length === 0) return <p class="path">Nobody brought {name}: a first ancestor.</p>;
  const steps = new Map<number, Ancestor[]>();
  for (const one of ancestors) steps.set(one.steps, [...(steps.get(one.steps) ?? []), one]);
  const furthest = [...steps.keys()].sort((a, b) => b - a);
  return (
    <nav class="path" aria-label="Who brought them, the first ancestor first">
      <span aria-hidden="true">Who brought whom:</span>
      <ol>
        {furthest.map((step) => (
          <li key={step}>
            {steps.get(step)?.map((one, number) => (
              <span key={one.id}>
                {number > 0 && " and "}
                {one.kind === "customer" ? (
                  <a href={to.customer(one.id)}>{one.name || one.id}</a>
                ) : (
                  `${one.name || one.id} (affiliate)`
                )}
              </span>
            ))}
          </li>
        ))}
        <li aria-current="page">{name}</li>
      </ol>
    </nav>
  );
}

interface ScoresProps {
  influence: Influence;
  customer: Customer;
  /** How many they brought themselves, which is known before any analysis. */
  directly: number;
}

function Scores({ influence, customer, directly }: ScoresProps) {
  const currency = influence.currency;
  const amount = (value: number | null | undefined) => money(value, currency);
  const own = influence.own_revenue;
  const network = influence.ecr_network;
  const times = own && network ? network / own : null;
  const most = Math.max(1, ...influence.generations.map((one) => one.value));
  // Before the first analysis little is known: that, and not a row of dashes.
  if (influence.scored_at === null)
    return (
      <aside class="scores" aria-label="Scores">
        <NotAnalyzed />
        <dl class="measures">
          {own !== null && (
            <Measure name="Own revenue" note="">
              {amount(own)}
            </Measure>
          )}
          {customer.cltv !== null && (
            <Measure name="CLTV" note="value of their own purchases">
              {amount(customer.cltv)}
            </Measure>
          )}
          {directly > 0 && (
            <Measure name="People brought" note="directly">
              {number(directly)}
            </Measure>
          )}
        </dl>
      </aside>
    );
  return (
    <aside class="scores" aria-label="Scores">
      <div class="worth">
        <p>
          <small>Own revenue</small>
          <b>{amount(own)}</b>
        </p>
        <p>
          <small>With everyone below</small>
          <b>{amount(network)}</b>
          {times !== null && times >= 1.05 && <em>{number(times, times < 100 ? 1 : 0)} × their own</em>}
        </p>
        {network !== null && network > 0 && own !== null && (
          <meter min={0} max={network} value={own} aria-label="Own revenue of the network's" />
        )}
      </div>
      <dl class="measures">
        <Measure name="Influence" note={counted(influence.hops, influence.decay)}>
          {amount(influence.influence)}
        </Measure>
        <Measure name="Percentile" note="of all customers, by influence">
          {number(influence.percentile, (influence.percentile ?? 0) > 99.9 ? 2 : 1)}
        </Measure>
        <Measure name="Band" note="network revenue beside what non-referrers spend">
          {words(influence.band)}
        </Measure>
        <Measure name="People brought" note={directly ? `${number(directly)} directly` : "nobody"}>
          {number(influence.downline)}
        </Measure>
        <Measure name="Longest chain" note="hops to the furthest">
          {number(influence.longest_chain)}
        </Measure>
        <Measure name="CLTV" note={quadrantNote(customer.quadrant) ?? "value of their own purchases"}>
          {amount(customer.cltv)}
        </Measure>
        <Measure name="Direct revenue" note="own and those they brought themselves">
          {amount(influence.ecr_direct)}
        </Measure>
        <Measure name="Conserved credit" note="their part of all revenue; everyone's add up to it">
          {amount(influence.conserved_credit)}
        </Measure>
      </dl>
      {influence.generations.length > 0 && (
        <table class="generations">
          <caption>By generation</caption>
          <thead>
            <tr>
              <th scope="col">Gen.</th>
              <th scope="col">People</th>
              <th scope="col">Spent</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {influence.generations.map((one) => (
              <tr key={one.depth}>
                <th scope="row">
                  <i class={`dot g${((one.depth - 1) % 6) + 1}`} /> {one.depth}
                </th>
                <td>{number(one.customers)}</td>
                <td>{shortMoney(one.value, currency)}</td>
                <td>
                  <svg class="bar" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none">
                    <rect
                      class={`g${((one.depth - 1) % 6) + 1}`}
                      width={(100 * one.value) / most}
                      height="8"
                    />
                  </svg>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {influence.scored_at && (
        <p class="foot">
          {plural(influence.generations.length, "generation", "generations")} · scored{" "}
          {day(influence.scored_at)}
        </p>
      )}
      <Behind scores={influence} />
    </aside>
  );
}

function Measure({ name, note, children }: { name: string; note: string; children: string }) {
  return (
    <div>
      <dt>
        {name} <small>{note}</small>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
