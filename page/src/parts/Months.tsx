// The share of new customers who were brought by customers, month by month; before and after a day.

import type { Programme } from "../api";
import { number, percent, percentRange, range } from "../format";
import { to } from "../route";

const WIDTH = 720;
const HEIGHT = 150;
const LEFT = 40;
const BOTTOM = 20;

export function Months({ share, launch }: { share: Programme["referral_share"]; launch: string | null }) {
  const { months, before_after } = share;
  if (months.length < 2) return null;
  const parts = months.map((one) => (one.customers ? one.by_customers / one.customers : 0));
  const top = Math.max(0.05, Math.ceil(Math.max(...parts) * 20) / 20);
  const step = (WIDTH - LEFT) / months.length;
  const y = (part: number) => 8 + (HEIGHT - BOTTOM - 8) * (1 - part / top);
  const first = months[0]?.month ?? "";
  const last = months.at(-1)?.month ?? "";
  const at = launch ? months.findIndex((one) => one.month >= launch.slice(0, 7)) : -1;
  return (
    <section class="months" aria-labelledby="months-head">
      <h2 id="months-head">New customers brought by customers, by month</h2>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Share of new customers brought by customers from ${first} to ${last}: ${percent(parts[0])} in the first month, ${percent(parts.at(-1))} in the last.`}
      >
        {[0, top / 2, top].map((part) => (
          <g key={part}>
            <line class="grid" x1={LEFT} x2={WIDTH} y1={y(part)} y2={y(part)} />
            <text class="axis" x={LEFT - 6} y={y(part)} dy="0.35em" text-anchor="end">
              {percent(part, Number.isInteger(part * 100) ? 0 : 1)}
            </text>
          </g>
        ))}
        {months.map((one, number_) => (
          <g key={one.month}>
            <rect
              class={at >= 0 && number_ < at ? "month before" : "month"}
              x={LEFT + number_ * step + 1}
              width={Math.max(1, step - 2)}
              y={y(parts[number_] ?? 0)}
              height={y(0) - y(parts[number_] ?? 0)}
            >
              <title>{`${one.month}: ${number(one.by_customers)} of ${number(one.customers)} new customers, ${percent(parts[number_])}`}</title>
            </rect>
            {one.month.slice(5, 7) === "01" && (
              <text class="axis" x={LEFT + number_ * step} y={HEIGHT - 5}>
                {one.month.slice(0, 4)}
              </text>
            )}
          </g>
        ))}
        {at > 0 && <line class="launch" x1={LEFT + at * step} x2={LEFT + at * step} y1="0" y2={y(0)} />}
      </svg>
      <form class="launch-form">
        <label>
          Compare before and after{" "}
          <input
            type="date"
            value={launch ?? ""}
            onChange={(event) => {
              location.hash = to.home(event.currentTarget.value || undefined);
            }}
          />
        </label>
        {before_after && (
          <p role="status">
            {percent(before_after.before.value)} <small>({percentRange(before_after.before.interval)})</small>{" "}
            → <b>{percent(before_after.after.value)}</b>{" "}
            <small>({percentRange(before_after.after.interval)})</small>: {changeOf(before_after.difference)}
          </p>
        )}
      </form>
    </section>
  );
}

function changeOf({ value, interval }: { value: number | null; interval: [number, number] | null }): string {
  if (value === null || !interval) return "too little data on one side.";
  const points = `${value > 0 ? "+" : ""}${number(value * 100, 1)} points (${range([interval[0] * 100, interval[1] * 100], 1)})`;
  return interval[0] <= 0 && interval[1] >= 0 ? `${points}, not significant.` : `${points}, significant.`;
}
