// Segments as a table.

import type { Segment, Segments } from "../api";
import { money, number, percent, plural, range, words } from "../format";
import { to } from "../route";

export function ruleOf(segment: Segment | undefined): { attribute: string; level: string; text: string } {
  const entries = Object.entries(segment?.rule ?? {});
  const text = entries.map(([attribute, level]) => `${words(attribute)} = ${level}`).join(" and ");
  const [attribute, level] = entries[0] ?? ["", ""];
  return { attribute, level: String(level), text };
}

/** The unit of what customers bring: nothing where only numbers of customers are known. */
export const unitOf = (list: Segments): string | null =>
  list.value_unit === "customers" ? null : (list.currency ?? null);

/** Whether any of them had enough data to be compared with the rest. */
export const tested = (items: Segment[]): boolean => items.some((one) => one.q_value !== null);

/** Why no segment is reported. */
export function noneFound(items: Segment[]): string {
  if (items.length === 0)
    return "There are no segments to look at: customers have no attributes with a few levels.";
  const count = plural(items.length, "segment", "segments");
  if (!tested(items)) return `Too little data to compare any of the ${count} looked at with the rest.`;
  const untested = items.filter((one) => one.q_value === null).length;
  return (
    `None of the ${count} looked at has a significantly lower CLTV and a significantly higher referral value: ` +
    `that is an answer, too.${untested ? ` For ${number(untested)} of them there is too little data.` : ""}`
  );
}

interface Props {
  items: Segment[];
  currency: string | null;
  /** Of what customers bring; nothing for a number of customers. */
  unit: string | null;
  caption: string;
  short?: boolean;
  /** On the segment's own page: no link to where the reader is. */
  alone?: boolean;
}

export function SegmentsTable({ items, currency, unit, caption, short, alone }: Props) {
  return (
    <section class="wide-table" aria-label={caption} tabIndex={0}>
      <table class="list">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Segment</th>
            <th scope="col" class="n lesser">
              Customers
            </th>
            <th scope="col" class="n">
              Mean CLTV <small>the rest's</small>
            </th>
            <th scope="col" class="n">
              Each brings <small>the rest</small>
            </th>
            {!short && (
              <th scope="col" class="n lesser">
                More than the rest <small>95 % interval</small>
              </th>
            )}
            <th scope="col" class="n">
              Share of value <small>of customers</small>
            </th>
            {!short && (
              <th scope="col" class="n lesser">
                <abbr title="chance of being a fluke, corrected for looking at many">q</abbr>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                {alone ? ruleOf(one).text : <a href={to.segments(one.id)}>{ruleOf(one).text}</a>}
                {one.explained_by && <small class="explained">explained by {words(one.explained_by)}</small>}
              </th>
              <td class="n lesser">{number(one.customers)}</td>
              <td class="n">
                {money(one.mean_cltv, currency)} <small>{money(one.mean_cltv_rest, currency)}</small>
              </td>
              <td class="n strong">
                {money(one.referral_value_per_customer, unit)}{" "}
                <small>{money(one.referral_value_per_customer_rest, unit)}</small>
              </td>
              {!short && (
                <td class="n lesser">
                  {money(one.referral_difference, unit)}{" "}
                  <small>{one.interval ? range(one.interval, 2) : "too little data"}</small>
                </td>
              )}
              <td class="n">
                {percent(one.share_of_value)} <small>{percent(one.share_of_customers)}</small>
              </td>
              {!short && <td class="n lesser">{chance(one.q_value)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const chance = (q: number | null): string => (q !== null && q < 0.001 ? "<0.001" : number(q, 3));
