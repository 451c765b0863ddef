// Segments as a picture: what they are worth across, what they bring upwards. Top left is what is looked for.

import { useRef } from "preact/hooks";
import type { Segment } from "../api";
import { money, number, shortMoney } from "../format";
import { to } from "../route";
import { measure, shorten } from "./measure";
import { ruleOf } from "./Segments";
import { useWidth } from "./width";

const HEIGHT = 310;
const LEFT = 56;
const TOP = 26;
const BOTTOM = 42;
const BIGGEST = 22;
const SMALLEST = 3;
const FONT = "12px system-ui, sans-serif";

interface Props {
  items: Segment[];
  currency: string | null;
  unit: string | null;
}

export function Scatter({ items, currency, unit }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 720);
  const known = items.filter((one) => one.mean_cltv !== null && one.referral_value_per_customer !== null);
  if (known.length < 3) return null;
  const across = bounds(known.map((one) => one.mean_cltv ?? 0));
  const upwards = bounds(known.map((one) => one.referral_value_per_customer ?? 0));
  const most = Math.max(...known.map((one) => one.customers));
  const right = width - LEFT - 2 * BIGGEST;
  const below = HEIGHT - TOP - BOTTOM - 2 * BIGGEST;
  const x = (value: number) => LEFT + BIGGEST + (right * (value - across[0])) / (across[1] - across[0]);
  const y = (value: number) => TOP + BIGGEST + below * (1 - (value - upwards[0]) / (upwards[1] - upwards[0]));
  const average = averageOf(known);
  // What was found lies over the rest, small circles over large ones.
  const ordered = [...known].sort(
    (a, b) => Number(a.reported) - Number(b.reported) || b.customers - a.customers,
  );
  const bubbles = ordered.map((segment) => ({
    segment,
    cx: x(segment.mean_cltv ?? 0),
    cy: y(segment.referral_value_per_customer ?? 0),
    r: Math.max(SMALLEST, BIGGEST * Math.sqrt(segment.customers / most)),
    words: ruleOf(segment).text,
  }));
  return (
    <figure class="scatter">
      <div class="chart" ref={box}>
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label="Segments by mean CLTV and by what each customer brings; the tables have the figures."
        >
          <rect class="field" x={LEFT} y={TOP} width={width - LEFT} height={HEIGHT - TOP - BOTTOM} rx="6" />
          {average && (
            <>
              <line class="grid" x1={x(average[0])} x2={x(average[0])} y1={TOP} y2={HEIGHT - BOTTOM} />
              <line class="grid" x1={LEFT} x2={width} y1={y(average[1])} y2={y(average[1])} />
            </>
          )}
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
          <text class="axis" x={(width + LEFT) / 2} y={HEIGHT - BOTTOM + 32} text-anchor="middle">
            mean CLTV →
          </text>
          {upwards.map((value) => (
            <text key={value} class="axis" x={LEFT - 8} y={y(value)} dy="0.35em" text-anchor="end">
              {shortMoney(value, unit)}
            </text>
          ))}
          <text class="axis" x={LEFT} y="16">
            ↑ each brings
          </text>
          {bubbles.map(({ segment, cx, cy, r, words }) => (
            // For the mouse only: the tables have the same links for everybody.
            <g
              key={segment.id}
              class={segment.reported ? "bubble found" : "bubble"}
              onClick={() => {
                location.hash = to.segments(segment.id);
              }}
            >
              <circle cx={cx} cy={cy} r={r}>
                <title>
                  {`${words}: ${number(segment.customers)} customers, mean CLTV ${money(segment.mean_cltv, currency)}, each brings ${money(segment.referral_value_per_customer, unit)}`}
                </title>
              </circle>
            </g>
          ))}
          {average && (
            <text class="axis within" x={LEFT + 8} y={y(average[1]) + 13}>
              mean of all customers
            </text>
          )}
          {named(
            bubbles.filter(({ segment }) => segment.reported),
            width,
          ).map((one) => (
            <g key={one.segment.id}>
              {one.anchor !== "middle" &&
                Math.abs(one.at - one.cy) + Math.abs(one.side - one.cx) > one.r + 12 && (
                  <line
                    class="lead-line"
                    x1={one.cx + Math.sign(one.side - one.cx) * one.r}
                    y1={one.cy}
                    x2={one.side - Math.sign(one.side - one.cx) * 3}
                    y2={one.at}
                  />
                )}
              <text class="named" x={one.side} y={one.at} dy="0.35em" text-anchor={one.anchor}>
                {one.label}
              </text>
            </g>
          ))}
        </svg>
      </div>
      <figcaption>
        Each circle is a segment, its area the number of customers. Coloured: CLTV significantly lower and
        referral value significantly higher than the rest's.
      </figcaption>
    </figure>
  );
}

const LINE = 15;
const EDGE = 4;
const NEAR = { x: 160, y: 45 };

interface Bubble {
  segment: Segment;
  cx: number;
  cy: number;
  r: number;
  words: string;
}

interface Named extends Bubble {
  label: string;
  /** Where the label is anchored, and its middle's height. */
  side: number;
  at: number;
  anchor: "start" | "middle" | "end";
}

/** Names beside their circles; where circles are close, in one column beside all of them, one below another. Where
    neither side has room for them, below, inside the frame. */
function named(bubbles: Bubble[], width: number): Named[] {
  const placed: Named[] = [];
  for (const one of [...bubbles].sort((a, b) => a.cy - b.cy)) {
    const near = bubbles.filter(
      (other) => Math.abs(other.cx - one.cx) < NEAR.x && Math.abs(other.cy - one.cy) < NEAR.y,
    );
    const right = Math.max(...near.map(({ cx, r }) => cx + r)) + 6;
    const left = Math.min(...near.map(({ cx, r }) => cx - r)) - 6;
    const longest = Math.max(...near.map(({ words }) => measure(words, FONT)));
    const label = shorten(one.words, width - LEFT - 2 * EDGE, FONT);
    const half = measure(label, FONT) / 2;
    const lowest = placed.filter(({ cx }) => Math.abs(cx - one.cx) < NEAR.x).map(({ at }) => at + LINE);
    const beside = Math.max(one.cy, ...lowest);
    if (right + longest <= width - EDGE)
      placed.push({ ...one, label, side: right, at: beside, anchor: "start" });
    else if (left - longest >= LEFT + EDGE)
      placed.push({ ...one, label, side: left, at: beside, anchor: "end" });
    else {
      const side = Math.min(width - EDGE - half, Math.max(LEFT + EDGE + half, one.cx));
      placed.push({ ...one, label, side, at: Math.max(one.cy + one.r + 9, ...lowest), anchor: "middle" });
    }
  }
  return placed;
}

/** The mean of everybody, from any segment and its rest. */
function averageOf(known: Segment[]): [number, number] | null {
  const one = known.find((segment) => segment.mean_cltv_rest !== null && segment.share_of_customers !== null);
  if (!one) return null;
  const inside = one.share_of_customers ?? 0;
  const mean = (a: number | null, b: number | null) => (a ?? 0) * inside + (b ?? 0) * (1 - inside);
  return [
    mean(one.mean_cltv, one.mean_cltv_rest),
    mean(one.referral_value_per_customer, one.referral_value_per_customer_rest),
  ];
}

function bounds(values: number[]): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return high > low ? [low, high] : [low - 1, high + 1];
}
