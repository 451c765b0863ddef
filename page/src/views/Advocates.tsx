// The customers who buy little and bring much, by influence.

import { useEffect, useState } from "preact/hooks";
import { api } from "../api";
import { counted, number } from "../format";
import { useLoaded } from "../loaded";
import { AdvocatesTable } from "../parts/Advocates";
import { Behind, NotAnalyzed, Notice, Trouble, Waiting } from "../parts/Notice";

const FEW = 20;
const MANY = 200;

export function AdvocatesView() {
  const [limit, setLimit] = useState(FEW);
  const list = useLoaded(`advocates ${limit}`, (signal) => api.advocates(limit, signal));
  useEffect(() => {
    document.title = "Hidden advocates · refnet";
  }, []);
  return (
    <>
      <h1>Hidden advocates</h1>
      <p class="lead">
        They buy little (CLTV at or below the median) and bring much (influence above that of most referrers).
        By their own purchases alone nobody would thank them.
      </p>
      {list.problem ? (
        <Trouble problem={list.problem} again={list.again} />
      ) : !list.value ? (
        <Waiting what="Loading hidden advocates" />
      ) : list.value.scored_at === null ? (
        <NotAnalyzed />
      ) : list.value.items.length === 0 ? (
        <Notice title="No hidden advocates">
          <p>
            Nobody with a low CLTV has an influence above that of most referrers. Is a CLTV, or are orders
            loaded? Without either nobody can be told apart.
          </p>
        </Notice>
      ) : (
        <>
          <Behind scores={list.value} />
          {list.value.hops && list.value.decay && (
            <p class="note">
              Influence: what those below spent, {counted(list.value.hops, list.value.decay)}.
            </p>
          )}
          <AdvocatesTable
            items={list.value.items}
            currency={list.value.currency ?? null}
            caption="Hidden advocates by influence"
          />
          {list.value.items.length === limit && limit < MANY && (
            <p>
              <button type="button" onClick={() => setLimit(MANY)}>
                Show up to {number(MANY)}
              </button>
            </p>
          )}
        </>
      )}
    </>
  );
}
