// Segments as a picture: what they are worth across, what they bring upwards. Top left is what is looked for.

import type { Segment } from "../api";
import { money, number, shortMoney } from "../format";
import { to } from "../route";
import { ruleOf } from "./Segments";

const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 64;
const BOTTOM = 40;

export function Scatter({ items, currency }: { items: Segment[]; currency: string | null }) {
  const known = items.filter((one) => one.mean_cltv !== null && one.referral_value_per_customer !== null);
  if (known.length < 3) return null;
  const across = bounds(known.map((one) => one.mean_cltv ?? 0));
  const upwards = bounds(known.map((one) => one.referral_value_per_customer ?? 0));
  const most = Math.max(...known.map((one) => one.customers));
  const x = (value: number) =>
    LEFT + 24 + ((WIDTH - LEFT - 48) * (value - across[0])) / (across[1] - across[0]);
  const y = (value: number) =>
    20 + (HEIGHT - BOTTOM - 40) * (1 - (value - upwards[0]) / (upwards[1] - upwards[0]));
  const ordered = [...known].sort(
    (a, b) => Number(a.reported) - Number(b.reported) || b.customers - a.customers,
  );
  return (
    <figure class="scatter">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label="Segments by mean CLTV and by what each customer brings; the table below has the figures."
      >
        <rect class="field" x={LEFT} y="0" width={WIDTH - LEFT} height={HEIGHT - BOTTOM} rx="6" />
        {across.map((value, end) => (
          <text
            key={value}
            class="axis"
            x={x(value)}
            y={HEIGHT - BOTTOM + 16}
            text-anchor={end ? "end" : "start"}
          >
            {shortMoney(value, currency)}
          </text>
        ))}
        <text class="axis name" x={(WIDTH + LEFT) / 2} y={HEIGHT - 8} text-anchor="middle">
          mean CLTV →
        </text>
        {upwards.map((value) => (
          <text key={value} class="axis" x={LEFT - 8} y={y(value)} dy="0.35em" text-anchor="end">
            {shortMoney(value, currency)}
          </text>
        ))}
        <text class="axis name" x={LEFT + 8} y="14">
          ↑ each brings
        </text>
        {ordered.map((one) => {
          const cx = x(one.mean_cltv ?? 0);
          const cy = y(one.referral_value_per_customer ?? 0);
          const r = 3 + 15 * Math.sqrt(one.customers / most);
          const words = ruleOf(one).text;
          const before = cx > WIDTH * 0.7;
          return (
            <g key={one.id} class={one.reported ? "bubble found" : "bubble"}>
              <a href={to.segments(one.id)} tabIndex={-1} aria-hidden="true">
                <circle cx={cx} cy={cy} r={r}>
                  <title>{`${words}: ${number(one.customers)} customers, mean CLTV ${money(one.mean_cltv, currency)}, each brings ${money(one.referral_value_per_customer, currency)}`}</title>
                </circle>
              </a>
              {one.reported && (
                <text
                  x={before ? cx - r - 5 : cx + r + 5}
                  y={cy}
                  dy="0.35em"
                  text-anchor={before ? "end" : "start"}
                >
                  {words}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <figcaption>
        Each circle is a segment, its area the number of customers. Coloured: CLTV significantly lower and
        referral value significantly higher than the rest's.
      </figcaption>
    </figure>
  );
}

function bounds(values: number[]): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return high > low ? [low, high] : [low - 1, high + 1];
}
