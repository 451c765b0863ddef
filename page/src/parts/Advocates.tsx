// Hidden advocates as a table: on the first view a few of them, on their own all that were asked for.

import type { Advocate } from "../api";
import { money, number } from "../format";
import { to } from "../route";

export function AdvocatesTable({
  items,
  currency,
  caption,
  short,
}: {
  items: Advocate[];
  currency: string | null;
  caption: string;
  short?: boolean;
}) {
  return (
    <section class="wide-table" aria-label={caption} tabIndex={0}>
      <table class="list">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Customer</th>
            <th scope="col" class="n">
              CLTV
            </th>
            <th scope="col" class="n">
              Influence
            </th>
            <th scope="col" class="n least">
              People
            </th>
            {!short && (
              <th scope="col" class="n lesser">
                Generations
              </th>
            )}
            <th scope="col" class="n">
              Network revenue
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.customer_id}>
              <th scope="row">
                <a href={to.customer(one.customer_id)}>{one.name || one.customer_id}</a>{" "}
                {!short && <span class="id">{one.customer_id}</span>}
              </th>
              <td class="n">{money(one.cltv, currency)}</td>
              <td class="n strong">{money(one.influence, currency)}</td>
              <td class="n least">{number(one.downline)}</td>
              {!short && <td class="n lesser">{number(one.longest_chain)}</td>}
              <td class="n">{money(one.ecr_network, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
