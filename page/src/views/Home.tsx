// The programme's figures on top, what was found below them.

import { useEffect, useRef } from "preact/hooks";
import { type Advocate, api, type List, type Programme, type Segments, type Share } from "../api";
import { number, percent, percentRange, plural, range } from "../format";
import { type Loaded, useLoaded } from "../loaded";
import { AdvocatesTable } from "../parts/Advocates";
import { Months } from "../parts/Months";
import { Behind, NotAnalyzed, NothingLoaded, Trouble, Waiting } from "../parts/Notice";
import { noneFound, ruleOf, SegmentsTable, unitOf } from "../parts/Segments";
import { to } from "../route";

export function HomeView({ launch }: { launch: string | null }) {
  const last = useRef<Programme | null>(null);
  const programme = useLoaded(`programme ${launch}`, (signal) => api.programme(launch, signal));
  const advocates = useLoaded("few advocates", (signal) => api.advocates(5, signal));
  const segments = useLoaded("segments", (signal) => api.segments(signal));
  useEffect(() => {
    document.title = "The programme · refnet";
  }, []);
  // While another day is compared the figures of the one before stay.
  if (programme.value) last.current = programme.value;
  const figures = last.current;
  if (figures?.referral_rate.of === 0) return <NothingLoaded />;
  // What everything else would say, too.
  if (programme.problem && (programme.problem.status === 0 || programme.problem.status === 401))
    return <Trouble problem={programme.problem} again={programme.again} />;
  return (
    <>
      <h1>The referral programme</h1>
      <p class="lead">
        {figures && `${plural(figures.referral_rate.of, "customer", "customers")}. `}In brackets: 95 %
        intervals. Search above to see whom somebody brought.
      </p>
      {programme.problem ? (
        <Trouble problem={programme.problem} again={programme.again} />
      ) : figures ? (
        <>
          <Tiles figures={figures} />
          <Months share={figures.referral_share} launch={launch} working={programme.value === null} />
        </>
      ) : (
        <div class="to-come">
          <Waiting what="Counting the programme's figures" />
        </div>
      )}
      {advocates.value?.scored_at === null ? (
        <NotAnalyzed />
      ) : (
        <>
          {advocates.value && <Behind scores={advocates.value} />}
          <Found advocates={advocates} segments={segments} />
        </>
      )}
    </>
  );
}

interface Findings {
  advocates: Loaded<List<Advocate>>;
  segments: Loaded<Segments>;
}

function Found({ advocates, segments }: Findings) {
  const reported = segments.value?.items.filter((one) => one.reported) ?? [];
  return (
    <div class="pair">
      <section aria-labelledby="advocates-head">
        <h2 id="advocates-head">
          Hidden advocates <a href={to.advocates()}>all of them</a>
        </h2>
        {advocates.problem ? (
          <Trouble problem={advocates.problem} again={advocates.again} />
        ) : !advocates.value ? (
          <Waiting what="Loading" />
        ) : advocates.value.items.length === 0 ? (
          <p class="none">Nobody with a low CLTV has a high influence.</p>
        ) : (
          <AdvocatesTable
            items={advocates.value.items}
            currency={advocates.value.currency ?? null}
            caption="The first five hidden advocates"
            short
          />
        )}
      </section>
      <section aria-labelledby="segments-head">
        <h2 id="segments-head">
          Segments that buy little and bring much <a href={to.segments()}>all that were looked at</a>
        </h2>
        {segments.problem ? (
          <Trouble problem={segments.problem} again={segments.again} />
        ) : !segments.value ? (
          <Waiting what="Testing segments" />
        ) : reported.length === 0 ? (
          <p class="none">{noneFound(segments.value.items)}</p>
        ) : (
          <SegmentsTable
            items={reported.slice(0, 5)}
            currency={segments.value.currency ?? null}
            unit={unitOf(segments.value)}
            caption={`Segments found, ${ruleOf(reported[0]).text} first`}
            short
          />
        )}
      </section>
    </div>
  );
}

function Tiles({ figures }: { figures: Programme }) {
  const { referral_rate, conversion, propensity, k_factor, referral_share } = figures;
  return (
    <ul class="tiles">
      <ShareTile name="Referral rate" share={referral_rate} note="customers who invite or bring somebody" />
      <ShareTile
        name="Conversion"
        share={conversion}
        note={`of ${number(conversion.of)} invitations became customers`}
        none="No invitations are loaded."
      />
      <ShareTile
        name="New customers by referral"
        share={referral_share}
        note={`${number(referral_share.count)} of ${number(referral_share.of)}`}
        none="Joining dates are needed."
      />
      <Tile
        name="The referred refer"
        value={propensity.value === null ? null : `${number(propensity.value, 2)} ×`}
        unit="as often"
        interval={range(propensity.interval, 2)}
        note={`inviting within ${number(propensity.window_days)} days, beside the others${
          propensity.interval && propensity.interval[0] <= 1 && propensity.interval[1] >= 1
            ? ": not significant"
            : ""
        }`}
      />
      <Tile
        name="K-factor"
        value={k_factor.value === null ? null : number(k_factor.value, 2)}
        interval=""
        note={
          k_factor.value === null
            ? ""
            : k_factor.value < 1
              ? `each customer brings ${number(k_factor.value, 2)} more; 100 become ${number(100 / (1 - k_factor.value))}`
              : "each wave is larger than the one before"
        }
        none="Invitations are needed."
      />
    </ul>
  );
}

function ShareTile({ name, share, note, none }: { name: string; share: Share; note: string; none?: string }) {
  return (
    <Tile
      name={name}
      value={share.value === null ? null : percent(share.value)}
      interval={percentRange(share.interval)}
      note={note}
      {...(none ? { none } : {})}
    />
  );
}

interface TileProps {
  name: string;
  value: string | null;
  unit?: string;
  interval: string;
  note: string;
  none?: string;
}

function Tile({ name, value, unit, interval, note, none = "Too little data." }: TileProps) {
  return (
    <li>
      <h2>{name}</h2>
      <p class="figure">
        <b>{value ?? "–"}</b> {unit && value !== null && <em>{unit} </em>}
        {interval && <span>({interval})</span>}
      </p>
      <p class="note">{value === null ? none : note}</p>
    </li>
  );
}
