"""Send what is read: batch by batch, each with the note that it is done, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from refnet.core.progress import Progress
from refnet.graph import Graph, catalogue
from refnet.loaders.dry import rows_in
from refnet.loaders.prepare import Batch, Preparer
from refnet.loaders.reading import Read
from refnet.loaders.rejects import Rejects
from refnet.loaders.resuming import Run
from refnet.loaders.seen import Ids
from refnet.loaders.summary import TableSummary


@dataclass(frozen=True)
class Step:
    """Work done on some rows of a file: what to send, or (with no batch) what was read and refused, or passed over."""

    batch: Batch | None
    read: int = 0
    seen: Read | None = None
    passed: int = 0


def in_steps(chunks: Iterator[Read], preparer: Preparer) -> Iterator[Step]:
    """What is to do with a file, chunk by chunk: what was read and refused, then its batches."""
    for chunk, checked in chunks:
        sent = 0
        yield Step(None, rows_in(chunk), (chunk, checked))
        for batch in preparer.batches(checked.frame):
            sent += batch.rows
            yield Step(batch)
        yield Step(None, passed=len(checked.frame) + len(chunk.left_out) - sent)


def send(
    graph: Graph,
    steps: Iterator[Step],
    run: Run,
    told: TableSummary,
    refused: Rejects,
    progress: Progress,
    buyers: Ids,
) -> None:
    """Send the batches of a file that no earlier run has, and write its rejects.

    Args:
        graph: where.
        steps: of the file.
        run: how many batches are in the graph already.
        told: counted here.
        refused: where rejects go.
        progress: told of every row.
        buyers: whoever had or has an order that was sent, or that a refund is of, is added.
    """
    batches, advance = 0, catalogue()["loads/advance"].text
    for step in steps:
        told.rows_read += step.read
        before = told.rows_rejected
        if step.seen is not None:
            refused.write(*step.seen)
            refused.write_left_out(step.seen[0].left_out)
            progress.advance(0, rejected=told.rows_rejected - before)
        if step.batch is None:
            progress.advance(0, passed=step.passed)
            continue
        batches += 1
        told.rows_loaded += step.batch.rows
        if batches <= run.batches:
            told.rows_skipped += step.batch.rows
            progress.advance(step.batch.rows)
            continue
        note = (advance, {"runId": run.run_id, "batches": batches})
        answers = graph.write_all([*step.batch.statements, note])
        progress.advance(step.batch.rows)
        # Whoever's orders have more or less given back than before.
        buyers.update(who for answer in answers if answer.columns == ["buyer"] for (who,) in answer.values)
        if step.batch.buyers:
            buyers.update(step.batch.buyers)
            # An order that was somebody else's until now changes their figures too.
            buyers.update(was for answer in answers if answer.columns == ["was"] for (was,) in answer.values)
