// The share of new customers who were brought by customers, month by month; before and after a day.

import { useRef } from "preact/hooks";
import type { BeforeAfter, Period, Programme, Share } from "../api";
import { month, number, percent, percentRange, range } from "../format";
import { to } from "../route";
import { Waiting } from "./Notice";
import { useWidth } from "./width";

const HEIGHT = 170;
const LEFT = 44;
const TOP = 8;
const BOTTOM = 22;
/** A bar is no wider, however few there are … */
const WIDEST = 56;
/** … and so few months are named, each. */
const FEW = 12;

interface Props {
  share: Programme["referral_share"];
  launch: string | null;
  /** Another day is being compared: `share` still has the one before. */
  working: boolean;
}

export function Months({ share, launch, working }: Props) {
  const { periods: months, before_after } = share;
  if (months.length < 2) return null;
  return (
    <section class="months" aria-labelledby="months-head">
      <h2 id="months-head">New customers brought by customers, by month</h2>
      <Bars months={months} launch={launch} />
      <form class="launch-form" onSubmit={(event) => event.preventDefault()}>
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
        {working && launch ? (
          <Waiting what="Working it out" />
        ) : (
          launch && before_after && <Change found={before_after} />
        )}
      </form>
    </section>
  );
}

function Bars({ months, launch }: { months: Period[]; launch: string | null }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 720);
  const parts = months.map((one) => (one.customers ? one.by_customers / one.customers : 0));
  const top = Math.max(0.1, Math.ceil(Math.max(...parts) * 10) / 10);
  const step = (width - LEFT) / months.length;
  const bar = Math.min(WIDEST, Math.max(1, step - (step > 8 ? 2 : 1)));
  const y = (part: number) => TOP + (HEIGHT - BOTTOM - TOP) * (1 - part / top);
  // The launch's own month belongs to neither side as a whole; it is drawn with what follows.
  const from = launch ? months.findIndex((one) => one.period >= launch.slice(0, 7)) : 0;
  const at = from < 0 ? months.length : from;
  const few = months.length <= FEW;
  const said =
    `Share of new customers brought by customers from ${months[0]?.period} to ${months.at(-1)?.period}: ` +
    `${percent(parts[0])} in the first month, ${percent(parts.at(-1))} in the last.`;
  return (
    <div class="chart" ref={box}>
      <svg width={width} height={HEIGHT} role="img" aria-label={said}>
        {[0, top / 2, top].map((part) => (
          <g key={part}>
            <line class="grid" x1={LEFT} x2={width} y1={y(part)} y2={y(part)} />
            <text class="axis" x={LEFT - 8} y={y(part)} dy="0.35em" text-anchor="end">
              {percent(part, 0)}
            </text>
          </g>
        ))}
        {months.map((one, place) => (
          <g key={one.period}>
            <rect
              class={place < at ? "month before" : "month"}
              x={LEFT + place * step + (step - bar) / 2}
              width={bar}
              y={y(parts[place] ?? 0)}
              height={y(0) - y(parts[place] ?? 0)}
            >
              <title>
                {`${month(one.period, "long")}: ${number(one.by_customers)} of ${number(one.customers)} new customers, ${percent(parts[place])}`}
              </title>
            </rect>
            <text
              class="axis"
              x={LEFT + (few ? place + 0.5 : place) * step}
              y={HEIGHT - 6}
              text-anchor={few ? "middle" : "start"}
            >
              {few ? named(one.period, place, step) : yearOf(one.period, place, months)}
            </text>
          </g>
        ))}
        {at > 0 && at < months.length && (
          <line class="launch" x1={LEFT + at * step} x2={LEFT + at * step} y1="0" y2={y(0)} />
        )}
      </svg>
    </div>
  );
}

/** A month's name under its bar: with the year where there is room, else in place of every January's. */
function named(period: string, place: number, step: number): string {
  if (step >= 56) return month(period, "long");
  if (period.endsWith("-01")) return period.slice(0, 4);
  // Two letters of room: every other one.
  return step >= 26 || place % 2 === 0 ? month(period, "short") : "";
}

/** Of many months the Januaries by their year, and the first where that leaves it room. */
function yearOf(period: string, place: number, months: Period[]): string {
  if (period.endsWith("-01")) return period.slice(0, 4);
  const january = months.findIndex((one) => one.period.endsWith("-01"));
  return place === 0 && (january < 0 || january > 4) ? month(period, "long") : "";
}

function Change({ found }: { found: BeforeAfter }) {
  const { before, after } = found;
  const side = (share: Share) => (
    <>
      <b>{percent(share.value)}</b> <small>({percentRange(share.interval)})</small>
    </>
  );
  if (before.value === null || after.value === null)
    return (
      <p role="status">
        Too little data{" "}
        {[before.value === null && "before", after.value === null && "from"].filter(Boolean).join(" and ")}{" "}
        that day.
        {after.value !== null && <> From it on: {side(after)}.</>}
        {before.value !== null && <> Before it: {side(before)}.</>}
      </p>
    );
  return (
    <p role="status">
      {percent(found.before.value)} <small>({percentRange(found.before.interval)})</small> →{" "}
      <b>{percent(found.after.value)}</b> <small>({percentRange(found.after.interval)})</small>:{" "}
      {inWords(found.difference)}
    </p>
  );
}

function inWords({ value, interval }: BeforeAfter["difference"]): string {
  if (value === null || !interval) return "too little data to compare.";
  const between = range([interval[0] * 100, interval[1] * 100], 1);
  const points = `${value > 0 ? "+" : ""}${number(value * 100, 1)} points (${between})`;
  return interval[0] <= 0 && interval[1] >= 0 ? `${points}, not significant.` : `${points}, significant.`;
}
