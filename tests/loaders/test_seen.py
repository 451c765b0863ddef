"""What a load keeps of millions of ids, against Python's own sets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from refnet.loaders.seen import Ids, Seen

_IDS = st.lists(st.lists(st.text(max_size=3), max_size=30), max_size=12)


@given(_IDS)
def test_a_key_that_comes_again_is_told(chunks: list[list[str]]) -> None:
    seen, met, again = Seen(), set[str](), 0
    for chunk in chunks:
        keys = list(dict.fromkeys(chunk))
        old = [key for key in keys if key in met]
        assert seen.meet(keys) == bool(old)
        met.update(keys)
        again += len(old)
        assert seen.again == again


@given(_IDS, st.dictionaries(st.text(max_size=2), st.text(max_size=2)), st.integers(1, 7))
def test_ids_are_kept_once_and_given_in_one_order(
    chunks: list[list[str]], names: dict[str, str], size: int
) -> None:
    ids, other, held = Ids(), Ids(), {each for chunk in chunks for each in chunk}
    for chunk in chunks:
        ids.update(chunk)
    other.update(sorted(held, reverse=True))
    assert set(ids) == held
    assert len(ids) == len(held)
    assert bool(ids) == bool(held)
    assert list(ids) == list(other)
    parts = list(ids.parts(size))
    assert [each for part in parts for each in part] == list(ids)
    assert all(len(part) == size for part in parts[:-1])
    assert set(ids.renamed(names)) == {names.get(each, each) for each in held}


def test_many_more_than_are_put_together_at_once() -> None:
    ids, seen = Ids(), Seen()
    for turn in range(20):
        part = [f"c-{n}" for n in range(turn * 20_000, turn * 20_000 + 40_000)]
        ids.update(part)
        assert seen.meet(part) == (turn > 0)
    assert len(ids) == 420_000
    assert seen.again == 19 * 20_000
    assert set(ids) == {f"c-{n}" for n in range(420_000)}
