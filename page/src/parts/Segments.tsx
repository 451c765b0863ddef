// Segments as a table.

import type { Segment } from "../api";
import { money, number, percent, range, words } from "../format";
import { to } from "../route";

export function ruleOf(segment: Segment | undefined): { attribute: string; level: string; text: string } {
  const entries = Object.entries(segment?.rule ?? {});
  const text = entries.map(([attribute, level]) => `${words(attribute)} = ${level}`).join(" and ");
  const [attribute, level] = entries[0] ?? ["", ""];
  return { attribute, level: String(level), text };
}

interface Props {
  items: Segment[];
  currency: string | null;
  caption: string;
  short?: boolean;
}

export function SegmentsTable({ items, currency, caption, short }: Props) {
  return (
    <section class="wide-table" aria-label={caption} tabIndex={0}>
      <table class="list">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Segment</th>
            <th scope="col" class="n">
              Customers
            </th>
            <th scope="col" class="n">
              Mean CLTV <small>the rest's</small>
            </th>
            <th scope="col" class="n">
              Each brings <small>the rest</small>
            </th>
            {!short && (
              <th scope="col" class="n">
                More than the rest <small>95 % interval</small>
              </th>
            )}
            <th scope="col" class="n">
              Share of value <small>of customers</small>
            </th>
            {!short && (
              <th scope="col" class="n">
                q
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <a href={to.segments(one.id)}>{ruleOf(one).text}</a>
              </th>
              <td class="n">{number(one.customers)}</td>
              <td class="n">
                {money(one.mean_cltv, currency)} <small>{money(one.mean_cltv_rest, currency)}</small>
              </td>
              <td class="n strong">
                {money(one.referral_value_per_customer, currency)}{" "}
                <small>{money(one.referral_value_per_customer_rest, currency)}</small>
              </td>
              {!short && (
                <td class="n">
                  {money(one.referral_difference, currency)}{" "}
                  <small>{one.interval ? range(one.interval, 2) : "too little data"}</small>
                </td>
              )}
              <td class="n">
                {percent(one.share_of_value)} <small>{percent(one.share_of_customers)}</small>
              </td>
              {!short && <td class="n">{chance(one.q_value)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const chance = (q: number | null): string => (q !== null && q < 0.001 ? "<0.001" : number(q, 3));
