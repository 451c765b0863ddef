// Segments with low CLTV and high referral value, what else was looked at, and the customers of one of them.

import { useEffect, useState } from "preact/hooks";
import { api, type Member, type Relation, type Segment } from "../api";
import { money, number, percent, plural, words } from "../format";
import { asProblem, useLoaded } from "../loaded";
import { Behind, NotAnalyzed, Notice, Trouble, Waiting } from "../parts/Notice";
import { Scatter } from "../parts/Scatter";
import { noneFound, ruleOf, SegmentsTable, tested, unitOf } from "../parts/Segments";
import { to } from "../route";

export function SegmentsView({ id }: { id: string | null }) {
  const list = useLoaded("segments", (signal) => api.segments(signal));
  const one = id === null ? undefined : list.value?.items.find((segment) => segment.id === id);
  const title = one ? ruleOf(one).text : "Segments";
  useEffect(() => {
    document.title = `${title} · refnet`;
  }, [title]);
  if (list.problem) return <Trouble problem={list.problem} again={list.again} />;
  if (!list.value) return <Waiting what="Testing every segment against the rest" />;
  if (list.value.scored_at === null) return <NotAnalyzed />;
  const currency = list.value.currency ?? null;
  const unit = unitOf(list.value);
  if (id !== null)
    return one ? (
      <OneSegment segment={one} currency={currency} unit={unit} />
    ) : (
      <Notice title={`No segment ${id}`}>
        <p>
          Segments change with the data. <a href={to.segments()}>All segments</a>
        </p>
      </Notice>
    );
  const reported = list.value.items.filter((segment) => segment.reported);
  const rest = list.value.items.filter((segment) => !segment.reported);
  return (
    <>
      <h1>Segments that buy little and bring much</h1>
      <p class="lead">
        Of {plural(list.value.looked_at?.segments ?? list.value.items.length, "segment", "segments")} looked
        at, levels of single attributes and of pairs, those listed have a lower CLTV <em>and</em> bring more
        than the rest, each by a test; at most 5 % of what is listed is expected to be chance.
      </p>
      <Behind scores={list.value} />
      <Scatter items={list.value.items} currency={currency} unit={unit} />
      {list.value.items.length === 0 ? (
        <Notice title="No segments to look at">
          <p>
            Customers have no attributes with a few levels. Each further column of <code>customers</code> (a
            diet, a plan, a first product) takes part: load one and analyze again.
          </p>
        </Notice>
      ) : reported.length === 0 ? (
        <Notice title={tested(list.value.items) ? "None found" : "Too little data"}>
          <p>{noneFound(list.value.items)}</p>
        </Notice>
      ) : (
        <SegmentsTable
          items={reported}
          currency={currency}
          unit={unit}
          caption="Segments found, the best evidence first"
        />
      )}
      {list.value.relation && <Related relation={list.value.relation} />}
      {rest.length > 0 && (
        <details>
          <summary>
            {plural(rest.length, "other segment", "other segments")} looked at: not significant, or too little
            data
          </summary>
          <SegmentsTable
            items={rest}
            currency={currency}
            unit={unit}
            caption="Segments that were looked at and not reported"
          />
        </details>
      )}
    </>
  );
}

/** Whether those who buy much also refer much, over all customers. */
function Related({ relation }: { relation: Relation }) {
  return (
    <p class="related">
      <b>CLTV and number of referrals:</b> {relation.reading}
    </p>
  );
}

interface Props {
  segment: Segment;
  currency: string | null;
  unit: string | null;
}

function OneSegment({ segment, currency, unit }: Props) {
  return (
    <>
      <p class="path">
        <a href={to.segments()}>Segments</a> ›
      </p>
      <h1>{ruleOf(segment).text}</h1>
      <p class="lead">{readingOf(segment, currency, unit)}</p>
      <SegmentsTable
        items={[segment]}
        currency={currency}
        unit={unit}
        caption="The segment's figures"
        alone
      />
      {segment.explained_by && (
        <p class="explained">
          <b>Explained by {words(segment.explained_by)}.</b> Among customers alike in that,{" "}
          {(segment.left ?? 0) > 0 ? percent(segment.left) : "nothing"} of the difference in{" "}
          {segment.explained_measure} is left, and that may be chance.
        </p>
      )}
      {segment.hidden_interval && (
        <p>
          Hidden value: {money(segment.hidden_value, unit)} a customer above what is expected at their CLTV
          (95 % interval {money(segment.hidden_interval[0], unit)} to{" "}
          {money(segment.hidden_interval[1], unit)}).
        </p>
      )}
      <details>
        <summary>This segment in Neo4j Browser</summary>
        <p>
          Run this line, then <code>cypher/{segment.query.name}.cypher</code>:
        </p>
        <pre>
          <code>{segment.query.browser}</code>
        </pre>
      </details>
      <h2 class="next">Its customers, by influence</h2>
      <Members segment={segment.id} currency={currency} />
    </>
  );
}

/** The API's sentence with the amounts as this page writes them; where nothing was compared, its own, which says why. */
function readingOf(segment: Segment, currency: string | null, unit: string | null): string {
  const { interval, q_value, mean_cltv, mean_cltv_rest, referral_difference: more } = segment;
  if (q_value === null || interval === null) {
    const said = segment.reading.slice(segment.reading.indexOf(": ") + 2);
    return said.charAt(0).toUpperCase() + said.slice(1);
  }
  const amount = (value: number | null) => money(value, currency);
  const brings = (value: number | null) => money(value, unit);
  const sign = (more ?? 0) < 0 ? -1 : 1;
  const [low, high] = sign < 0 ? [-interval[1], -interval[0]] : interval;
  return (
    `${plural(segment.customers, "customer", "customers")} (${percent(segment.share_of_customers)} of all) with a mean ` +
    `CLTV of ${amount(mean_cltv)}, the rest's is ${amount(mean_cltv_rest)}. ` +
    `Each brings ${brings(more === null ? null : sign * more)} ${sign < 0 ? "less" : "more"} than the rest ` +
    `(95 % interval ${brings(low)} to ${brings(high)}), together ${percent(segment.share_of_value)} of all referral value. ` +
    `${segment.reported ? "Low value, high referral: significant." : "Not significant as a segment of low value and high referral."}`
  );
}

function Members({ segment, currency }: { segment: string; currency: string | null }) {
  const first = useLoaded(`members ${segment}`, (signal) => api.members(segment, null, signal));
  const [more, setMore] = useState<{ items: Member[]; cursor: string | null }>();
  const [trouble, setTrouble] = useState("");
  if (first.problem) return <Trouble problem={first.problem} again={first.again} />;
  if (!first.value) return <Waiting what="Loading its customers" />;
  const items = [...first.value.items, ...(more?.items ?? [])];
  const cursor = more ? more.cursor : (first.value.next_cursor ?? null);
  const next = async () => {
    try {
      const page = await api.members(segment, cursor);
      setMore({ items: [...(more?.items ?? []), ...page.items], cursor: page.next_cursor ?? null });
      setTrouble("");
    } catch (error) {
      setTrouble(asProblem(error).message);
    }
  };
  return (
    <>
      <section class="wide-table" aria-label="Customers of the segment" tabIndex={0}>
        <table class="list">
          <caption class="unseen">Customers of the segment by influence</caption>
          <thead>
            <tr>
              <th scope="col">Customer</th>
              <th scope="col" class="n">
                CLTV
              </th>
              <th scope="col" class="n lesser">
                Own revenue
              </th>
              <th scope="col" class="n">
                Influence
              </th>
              <th scope="col" class="n">
                People
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <tr key={one.customer_id}>
                <th scope="row">
                  <a href={to.customer(one.customer_id)}>{one.name || one.customer_id}</a>{" "}
                  <span class="id">{one.customer_id}</span>
                </th>
                <td class="n">{money(one.cltv, currency)}</td>
                <td class="n lesser">{money(one.own_revenue, currency)}</td>
                <td class="n strong">{money(one.influence, currency)}</td>
                <td class="n">{number(one.downline)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {trouble && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {cursor && (
        <p>
          <button type="button" onClick={() => void next()}>
            Show more
          </button>
        </p>
      )}
    </>
  );
}
