"""Where a run works: its session, how many partitions, and where it keeps what each hop made.

A loop over hops makes a plan that is longer each time and, recomputed from its beginning, slower and slower. So what
a hop made is kept: in files that outlive an executor where a checkpoint directory is given (a cluster), else on
the executors themselves (one machine). There the network, which each hop reads, is held in columns.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

from refnet.core.errors import EngineError, UsageError
from refnet.core.progress import Progress, Reporter
from refnet.core.settings import Settings
from refnet.graph.local.fetch import java_21

# pyspark's own types are left out of it: the code is checked alike where pyspark is not installed.
Frame: TypeAlias = Any
Column: TypeAlias = Any
Session: TypeAlias = Any

_ROWS_A_PARTITION = 1_000_000

# Plans must be the same for every hop: what is kept by child stays by child, and joins there move nothing.
_PLANS = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    # What lies by some of a join's columns need not be moved for the others.
    "spark.sql.requireAllClusterKeysForCoPartition": "false",
    # Columns of numbers that are read a few times in their life: packing them takes longer than it saves.
    "spark.sql.inMemoryColumnarStorage.compressed": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # a sum that no longer fits is an error, never a wrong number
}


class Work:
    """One run in one session.

    Args:
        spark: its session.
        partitions: how many parts everything is in, on which joins and sums run beside each other.
        reliable: keep what a hop made in the session's checkpoint directory.
        reporter: told each stage.

    """

    def __init__(self, spark: Session, *, partitions: int, reliable: bool, reporter: Reporter) -> None:
        self.spark, self.partitions, self.reporter = spark, partitions, reporter
        self._reliable = reliable
        self._held: list[Frame] = []

    def keep(self, frame: Frame) -> Frame:
        """The same rows, worked out now, with no history."""
        return frame.checkpoint(eager=True) if self._reliable else frame.localCheckpoint(eager=True)

    def counted(self, frame: Frame) -> tuple[Frame, int]:
        """The same, and how many rows there are."""
        # On the executors the count is what works it out; a file would be made of it in a second go.
        kept = frame.checkpoint(eager=True) if self._reliable else frame.localCheckpoint(eager=False)
        return kept, int(kept.count())

    def held(self, frame: Frame) -> Frame:
        """The same rows, worked out once, of which what is asked for is read column by column: for what each hop reads.

        Not for what a loop makes of what it made before, whose plan would be longer each time.
        """
        if self._reliable:
            return self.keep(frame)
        self._held.append(frame.persist())
        return self._held[-1]

    def release(self) -> None:
        """Let go of what was held."""
        for frame in self._held:
            frame.unpersist()

    def by(self, frame: Frame, column: str) -> Frame:
        """The same rows, kept by `column`, so that joins and sums by it move none of them."""
        return self.keep(frame.repartition(self.partitions, column).sortWithinPartitions(column))

    @contextmanager
    def stage(self, name: str, unit: str = "rows") -> Iterator[Progress]:
        """A stage of the run, which Spark's own page shows by the same name."""
        context = self.spark.sparkContext
        context.setJobDescription(f"refnet: {name}")
        try:
            with self.reporter.stage(name, unit=unit) as progress:
                yield progress
        finally:
            context.setJobDescription(None)


@contextmanager
def working(
    spark: Session, *, rows: int, partitions: int | None, checkpoints: str | None, reporter: Reporter
) -> Iterator[Work]:
    """A run: sets what its plans rest on, and puts the session back as it was.

    Args:
        spark: the session.
        rows: how many customers there are, for the number of partitions.
        partitions: how many; None: one for each core, more from a million customers a core on.
        checkpoints: directory that all executors reach; None: kept on the executors. What is put there is removed.
        reporter: told each stage.

    """
    context = spark.sparkContext
    count = partitions or max(context.defaultParallelism, -(-rows // _ROWS_A_PARTITION))
    wanted = {**_PLANS, "spark.sql.shuffle.partitions": str(count)}
    before = {name: spark.conf.get(name, None) for name in wanted}
    for name, value in wanted.items():
        spark.conf.set(name, value)
    if checkpoints is not None:
        context.setCheckpointDir(checkpoints)
    work = Work(spark, partitions=count, reliable=checkpoints is not None, reporter=reporter)
    try:
        yield work
    finally:
        work.release()
        for name, value in before.items():
            if value is None:
                spark.conf.unset(name)
            else:
                spark.conf.set(name, value)
        if checkpoints is not None:
            _remove(spark, context.getCheckpointDir())


def _remove(spark: Session, directory: str) -> None:
    path = spark._jvm.org.apache.hadoop.fs.Path(directory)
    path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).delete(path, True)


@contextmanager
def session(settings: Settings, reporter: Reporter) -> Iterator[Session]:
    """A session of our own on the master of the settings, ended afterwards.

    Raises:
        UsageError: pyspark is not installed.
        EngineError: there is no Java 17 or 21, and none can be fetched.
    """
    try:
        from py4j.protocol import Py4JError
        from pyspark.sql import SparkSession
    except ImportError:
        raise UsageError(
            "pyspark is not installed.", "Install it with: pip install 'refnet[spark]'"
        ) from None
    # Of its pandas interface, of which nothing is used here.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    if "SPARK_HOME" not in os.environ:
        java = java_21(reporter).resolve()
        os.environ["JAVA_HOME"] = str(java.parents[1])
    builder = (
        SparkSession.builder.master(settings.spark_master)
        .appName("refnet")
        .config("spark.driver.memory", settings.spark_memory)
        # All of it is here from the beginning, and what counts is how much is done in the end, not each pause.
        .config("spark.driver.defaultJavaOptions", f"-XX:+UseParallelGC -Xms{settings.spark_memory}")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
    )
    with _CtrlC() as ctrl_c, _quiet_bridge():
        spark = builder.getOrCreate()
        try:
            ctrl_c.started()
            yield spark
        except (KeyboardInterrupt, EngineError, Py4JError):
            if not ctrl_c.pressed:
                raise
            with suppress(Py4JError):  # else each task tells that it was broken off
                spark.sparkContext.setLogLevel("OFF")
            raise KeyboardInterrupt from None
        finally:
            with suppress(Py4JError):
                spark.stop()


@contextmanager
def spelled_out() -> Iterator[None]:
    """What Spark breaks off with is an error that says why in a line.

    Raises:
        EngineError: Spark has broken off.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise EngineError(
            f"Spark broke off: {why(error)}",
            "What was there before is whole. If it is memory, give its driver or executors more (REFNET_SPARK_MEMORY).",
        ) from error


def why(error: Exception) -> str:
    """What was at the bottom of an error of Spark, in a line."""
    said, cause = str(error), getattr(error, "java_exception", None)
    while cause is not None:
        said, cause = str(cause), cause.getCause()
    return (said.strip().splitlines() or [type(error).__name__])[0]


class _CtrlC:
    """Ctrl-C while there is a session, as `pressed` tells.

    While Java starts it waits, since a Java that nobody has connected to yet would stay for good. Then it breaks
    off what is done, of which the bridge to Java may make an error of its own. Spark's way with it, which calls Java
    from within a call to Java, is put off. Elsewhere than on the main thread there is none.
    """

    def __init__(self) -> None:
        self.pressed = False
        self._ours = threading.current_thread() is threading.main_thread()
        self._before = signal.getsignal(signal.SIGINT)

    def __enter__(self) -> _CtrlC:
        self._by(self._wait)
        return self

    def __exit__(self, *_: object) -> None:
        self._by(self._before)

    def started(self) -> None:
        """From here on it breaks off; at once if it has been pressed."""
        self._by(self._break_off)
        if self.pressed:
            raise KeyboardInterrupt

    def _by(self, handler: Any) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, handler)

    def _wait(self, *_: object) -> None:
        self.pressed = True

    def _break_off(self, *_: object) -> None:
        self.pressed = True
        raise KeyboardInterrupt


@contextmanager
def _quiet_bridge() -> Iterator[None]:
    """The bridge to Java logs each call that is broken off, some as if it were ours; the error says so too."""

    def of_others(record: logging.LogRecord) -> bool:
        return "py4j" not in record.pathname

    root, bridge = logging.getLogger(), logging.getLogger("py4j")
    before = bridge.level
    root.addFilter(of_others)
    bridge.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        bridge.setLevel(before)
        root.removeFilter(of_others)
