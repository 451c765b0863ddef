"""The example brand's files, read back by pandas: what was planted is there, and nothing else."""

from __future__ import annotations

import filecmp
import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from refnet.core.errors import InputError, UsageError
from refnet.examples import brand

SEEDS = (7, 8, 9)
CUSTOMERS = 20_000
Z99 = 2.576

# design.md's table; * required. Customers may have more.
TABLE = {
    "customers": "customer_id joined_at email name country plan channel crm_role currency revenue margin cltv"
    " retention_cost acquisition_cost referral_count health_label churned_at consent",
    "affiliates": "affiliate_id name email customer_id parent_affiliate_id niche programme commission_rate"
    " commission_fixed joined_at",
    "referrals": "referrer_id referee_id referred_at referrer_kind campaign code claim_id",
    "invitations": "invitation_id referrer_id sent_at referrer_kind status referee_id channel campaign reason",
    "orders": "order_id customer_id placed_at amount currency kind refunded margin",
    "tickets": "ticket_id customer_id opened_at closed_at severity",
    "surveys": "survey_id customer_id kind score answered_at",
    "usage": "customer_id month active_days events feature",
    "commissions": "commission_id affiliate_id amount earned_at customer_id order_id currency status",
    "landings": "customer_id landing_page landed_at niche use_case affiliate_id",
    "spend": "channel month amount currency",
    "rewards": "reward_id amount granted_at customer_id affiliate_id side claim_id currency status",
    "visits": "day visits landing_page affiliate_id channel clicks",
    "tokens": "customer_id kind token",
}
SEGMENTS = {
    ("age_band", "18-24"),
    ("plan", "flexible"),
    ("diet", "vegan"),
    ("occupation", "shift_worker"),
    ("sport", "climbing"),
}
DAY = pd.Timedelta(days=1)


@dataclass
class Files:
    """One example, and what the credit policy `first` makes of its claims."""

    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_csv(
            self.folder / f"{name}.csv", keep_default_na=False, na_values=[""], low_memory=False
        )

    @cached_property
    def truth(self) -> dict:
        return json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))

    @cached_property
    def orders(self) -> pd.DataFrame:
        orders = self.table("orders")
        return orders.assign(placed_at=pd.to_datetime(orders.placed_at), kept=orders.amount - orders.refunded)

    @cached_property
    def invitations(self) -> pd.DataFrame:
        invitations = self.table("invitations")
        return invitations.assign(sent_at=pd.to_datetime(invitations.sent_at))

    @cached_property
    def claims(self) -> pd.DataFrame:
        """Every claim, with the reason why it gets no credit ('' for those that do)."""
        claims = self.table("referrals")
        claims["at"] = pd.to_datetime(claims.referred_at)
        owner = self.table("affiliates").set_index("affiliate_id").customer_id
        acts = claims.referrer_id.map(owner)
        claims["by"] = acts.where(acts.notna(), claims.referrer_id)
        joined = self.joined
        known = set(self.table("affiliates").affiliate_id) | set(joined.index)
        claims = claims.sort_values(["at", "claim_id"], kind="stable")
        parent: dict[str, str] = {}
        reasons = []
        day_of = joined.to_dict()
        for by, of, at in zip(claims.by, claims.referee_id, claims["at"], strict=True):
            reasons.append(self._reason(by, of, at, known, day_of, parent))
            if not reasons[-1]:
                parent[of] = by
        return claims.assign(uncredited=reasons)

    @staticmethod
    def _reason(by, of, at, known, joined, parent) -> str:
        if by == of:
            return "self_referral"
        if by not in known:
            return "unknown_referrer"
        if of not in known:
            return "unknown_referee"
        if of in parent:
            return "second_claim"
        if at - joined[of] > DAY:
            return "referee_was_there_before"
        if by in joined and joined[by] - joined[of] > DAY:
            return "referrer_joined_later"
        above = by
        while above in parent:
            above = parent[above]
            if above == of:
                return "would_close_cycle"
        return ""

    @cached_property
    def joined(self) -> pd.Series:
        """joined_at, else the first order."""
        customers = self.table("customers").set_index("customer_id")
        first = self.orders.groupby("customer_id").placed_at.min()
        return pd.to_datetime(customers.joined_at).fillna(first)

    @cached_property
    def parent(self) -> pd.Series:
        """By customer, the customer whose claim got credit."""
        credited = self.claims[(self.claims.uncredited == "") & self.claims.by.str.startswith("c-")]
        return credited.set_index("referee_id").by

    @cached_property
    def people(self) -> pd.DataFrame:
        people = self.table("customers").set_index("customer_id")
        people["joined"] = self.joined
        people["referred"] = people.index.isin(self.parent.index)
        people["first"] = self.invitations.groupby("referrer_id").sent_at.min()
        people["revenue"] = self.orders.groupby("customer_id").kept.sum()
        value = people.revenue.reindex(self.parent.index)
        people["brought"] = self.parent.value_counts().reindex(people.index, fill_value=0)
        people["referral_value"] = value.groupby(self.parent).sum().reindex(people.index, fill_value=0.0)
        root = {}
        for child, by in sorted(self.parent.items(), key=lambda pair: people.joined[pair[0]]):
            root[child] = root.get(by, by)
        people["tree"] = [root.get(person, person) for person in people.index]
        return people


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Files]:
    place = tmp_path_factory.mktemp("brands")
    for seed in SEEDS:
        brand.write(place / str(seed), customers=CUSTOMERS, seed=seed)
    return {seed: Files(place / str(seed)) for seed in SEEDS}


@pytest.fixture(params=SEEDS)
def files(request: pytest.FixtureRequest, folders: dict[int, Files]) -> Files:
    return folders[request.param]


def holds(share: float, target: float, of: int) -> bool:
    return abs(share - target) <= Z99 * np.sqrt(target * (1 - target) / of)


def told(files: Files, figure: str) -> float:
    return files.truth["planted"][figure]["realised"]


def test_columns_are_those_of_the_table(files: Files) -> None:
    assert {path.name for path in files.folder.iterdir()} == {
        "truth.json",
        *(f"{name}.csv" for name in TABLE),
    }
    for name, columns in TABLE.items():
        found = list(files.table(name).columns)
        if name == "customers":
            assert "revenue" not in found
            assert {"age_band", "diet", "occupation", "sport", "city_size"} <= set(found) - set(
                columns.split()
            )
        else:
            assert found == columns.split()
        assert files.truth["files"][name] == len(files.table(name))


def test_the_whole_of_it_loads_quickly(files: Files) -> None:
    assert sum(files.truth["files"].values()) < 350_000
    assert 80_000 <= files.truth["files"]["orders"] <= 120_000


def test_ids_are_unique_and_keys_known(files: Files) -> None:
    tables = {name: files.table(name) for name in TABLE}
    for name, table in tables.items():
        if name not in {"usage", "landings", "spend", "visits", "tokens"}:
            key = "claim_id" if name == "referrals" else table.columns[0]
            assert table[key].is_unique, name
            assert table[key].notna().all(), name
    known = {
        "customer_id": set(tables["customers"].customer_id),
        "affiliate_id": set(tables["affiliates"].affiliate_id),
        "order_id": set(tables["orders"].order_id),
        "claim_id": set(tables["referrals"].claim_id),
    }
    known |= {"parent_affiliate_id": known["affiliate_id"], "referee_id": known["customer_id"]}
    for name, table in tables.items():
        for column in known.keys() & set(table.columns):
            if name != "referrals":
                assert set(table[column].dropna()) <= known[column], (name, column)
    assert set(tables["invitations"].referrer_id) <= known["customer_id"]
    claims = tables["referrals"]
    strange = ~claims.referee_id.isin(known["customer_id"]) | ~claims.referrer_id.isin(
        known["customer_id"] | known["affiliate_id"]
    )
    reasons = files.truth["claims"]
    assert strange.sum() == reasons["unknown_referrer"] + reasons["unknown_referee"] > 0


def test_required_columns_are_filled_and_dates_lie_in_the_period(files: Files) -> None:
    for name, columns in {
        "invitations": ["referrer_id", "sent_at"],
        "orders": ["customer_id", "placed_at", "amount"],
        "tickets": ["customer_id", "opened_at"],
        "surveys": ["customer_id", "kind", "score", "answered_at"],
        "usage": ["customer_id", "month"],
        "commissions": ["affiliate_id", "amount", "earned_at"],
        "rewards": ["amount", "granted_at"],
        "visits": ["day", "visits"],
        "tokens": ["customer_id", "kind", "token"],
    }.items():
        table = files.table(name)
        assert table[columns].notna().all(axis=None), name
        for column in {"sent_at", "placed_at", "opened_at", "answered_at", "earned_at", "granted_at"} & set(
            columns
        ):
            assert table[column].min() >= brand.START.isoformat()
            assert table[column].max() < brand.END.isoformat()
            assert table[column].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00Z").all()
    joined = files.table("customers").joined_at
    assert 0.0005 < joined.isna().mean() < 0.004
    assert files.table("customers").email.str.contains(r"@example\.(?:com|org)$").all()


def test_orders_are_consistent(files: Files) -> None:
    orders, people = files.orders, files.people
    first = orders.sort_values("placed_at").drop_duplicates("customer_id")
    assert set(first.customer_id) == set(people.index)
    assert (first.kind == "new").all()
    assert (orders.kind == "new").sum() == len(people)
    left = pd.to_datetime(people.churned_at)
    assert not (orders.placed_at > orders.customer_id.map(left) + pd.Timedelta(hours=2)).any()
    assert ((orders.refunded >= 0) & (orders.refunded <= orders.amount) & (orders.amount >= 1)).all()
    assert holds((orders.refunded > 0).mean(), 0.02, len(orders))
    assert stats.spearmanr(people.cltv, people.revenue)[0] > 0.3


def test_converted_invitations_are_the_claims_of_customers(files: Files) -> None:
    invitations, claims = files.invitations, files.claims
    converted = invitations[invitations.status == "converted"]
    assert converted.referee_id.notna().all()
    assert invitations[invitations.status != "converted"].referee_id.isna().all()
    assert (invitations.reason.notna() == (invitations.status == "rejected")).all()
    ring = {person for ring in files.truth["rings"] for person in ring["customers"]}
    genuine = claims[
        (claims.uncredited == "") & (claims.referrer_kind == "customer") & ~claims.referee_id.isin(ring)
    ]
    assert set(zip(converted.referrer_id, converted.referee_id, strict=True)) == set(
        zip(genuine.referrer_id, genuine.referee_id, strict=True)
    )
    joined = files.joined
    assert (converted.sent_at < converted.referee_id.map(joined)).all()
    assert (invitations.sent_at > invitations.referrer_id.map(joined)).all()


def test_claims_without_credit_are_the_planted_ones(files: Files) -> None:
    counts = files.claims.uncredited.value_counts()
    told_counts = files.truth["claims"]
    assert counts[""] == told_counts["credited"]
    for reason in counts.index.drop(""):
        assert counts[reason] == told_counts[reason] > 0, reason
    assert len(counts) == 8
    assert (len(files.claims) - counts[""]) / CUSTOMERS < 0.004


def test_referral_rate(files: Files) -> None:
    rate = files.people["first"].notna().mean()
    assert holds(rate, 0.22, CUSTOMERS)
    assert rate == pytest.approx(told(files, "referral_rate"), abs=1e-6)


def test_conversion(files: Files) -> None:
    status = files.invitations.status.value_counts()
    sent = status.drop("rejected").sum()
    assert holds(status["converted"] / sent, 0.60, sent)
    assert status["converted"] / sent == pytest.approx(told(files, "conversion"), abs=1e-6)
    assert status["rejected"] == told(files, "rejected_invitations")


def test_propensity_ratio(files: Files) -> None:
    people, window = files.people, files.truth["window_days"] * DAY
    watched = people[people.joined < pd.Timestamp(brand.END, tz="UTC") - window]
    soon = watched["first"] - watched.joined < window
    by = soon.groupby(watched.referred).agg(["sum", "size"])
    (a, n), (b, m) = by.loc[True], by.loc[False]
    ratio = (a / n) / (b / m)
    error = Z99 * np.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    assert abs(np.log(ratio / 3.5)) <= error
    assert ratio == pytest.approx(told(files, "propensity_ratio"), rel=2e-3)
    within = (people["first"] - people.joined < window)[people["first"].notna()]
    assert within.mean() > 0.9


def test_referral_share_before_and_after_the_launch(files: Files) -> None:
    people = files.people
    after = people.joined >= pd.Timestamp(brand.LAUNCH, tz="UTC")
    for side, target, name in ((~after, 0.20, "before"), (after, 0.27, "after")):
        share = people.referred[side].mean()
        assert holds(share, target, side.sum())
        assert share == pytest.approx(told(files, f"referral_share_{name}"), abs=1e-4)
    affiliated = files.claims[(files.claims.uncredited == "") & files.claims.by.str.startswith("a-")]
    assert holds(len(affiliated) / CUSTOMERS, 0.06, CUSTOMERS)


def test_no_relation_between_cltv_and_referrals(files: Files) -> None:
    rho = stats.spearmanr(files.people.cltv, files.people.brought)[0]
    assert abs(rho) <= Z99 / np.sqrt(CUSTOMERS)
    assert rho == pytest.approx(told(files, "rho_cltv_referrals"), abs=1e-3)


def test_the_snowball_rolls(files: Files) -> None:
    parent = files.parent.to_dict()
    longest = 0
    for person in parent:
        steps = 0
        while person in parent:
            person, steps = parent[person], steps + 1
        longest = max(longest, steps)
    assert 6 <= longest <= 16
    assert longest == told(files, "longest_chain")
    assert files.people.brought.max() >= 12


def clustered(values: pd.Series, inside: pd.Series, tree: pd.Series) -> float:
    """z of the difference of means, inside against the rest, with errors clustered by tree."""
    x = inside.astype(float)
    influence = x / x.sum() * (values - values[inside].mean())
    influence -= (1 - x) / (1 - x).sum() * (values - values[~inside].mean())
    error = np.sqrt((influence.groupby(tree).sum() ** 2).sum())
    return float((values[inside].mean() - values[~inside].mean()) / error)


def findings(people: pd.DataFrame) -> set[tuple[str, str]]:
    """Rules whose CLTV is lower and referral value higher, at a false-discovery rate of .05."""
    attributes = ["country", "age_band", "plan", "diet", "occupation", "sport", "city_size"]
    attributes += ["acquisition_device", "first_product", "channel", "signup_form", "crm_role", "consent"]
    rules, p_values = [], []
    for attribute in attributes:
        for level in people[attribute].dropna().unique():
            inside = people[attribute] == level
            if inside.sum() >= 50:
                worth = clustered(people.cltv, inside, people.tree)
                value = clustered(people.referral_value, inside, people.tree)
                rules.append((attribute, level))
                p_values.append(max(stats.norm.cdf(worth), stats.norm.sf(value)))
    adjusted = stats.false_discovery_control(p_values)
    return {rule for rule, q in zip(rules, adjusted, strict=True) if q <= 0.05}


def test_the_five_segments_are_found_and_no_other_but_the_explained_one(files: Files) -> None:
    assert findings(files.people) - {("signup_form", "classic")} == SEGMENTS
    assert {next(iter(s["rule"].items())) for s in files.truth["segments"]} == SEGMENTS


def test_segments_are_as_told(files: Files) -> None:
    people = files.people
    for segment in files.truth["segments"]:
        ((attribute, level),) = segment["rule"].items()
        inside = people[attribute] == level
        assert segment["customers"] == inside.sum()
        assert 0.04 <= inside.mean() <= 0.12
        assert people.cltv[inside].mean() == pytest.approx(segment["mean_cltv"], abs=0.02)
        assert people.referral_value[inside].mean() == pytest.approx(
            segment["mean_direct_referral_revenue"], abs=0.02
        )
        assert people.cltv[inside].mean() < 0.65 * people.cltv[~inside].mean()
        assert people.referral_value[inside].mean() > 1.6 * people.referral_value[~inside].mean()


def test_the_form_is_explained_by_the_quarter_of_joining(folders: dict[int, Files]) -> None:
    plain, within = [], []
    for files in folders.values():
        people = files.people
        quarter = people.joined.dt.tz_localize(None).dt.to_period("Q")
        classic = (people.signup_form == "classic").astype(float)
        for measure in ("cltv", "referral_value"):
            plain.append(clustered(people[measure], classic == 1, people.tree))
            x = classic - classic.groupby(quarter).transform("mean")
            y = people[measure] - people[measure].groupby(quarter).transform("mean")
            slope = (x * y).sum() / (x * x).sum()
            error = np.sqrt((((x * (y - slope * x)).groupby(people.tree).sum()) ** 2).sum()) / (x * x).sum()
            within.append(slope / error)
    assert all(z < -3 for z in plain[::2])
    assert all(z > 3 for z in plain[1::2])
    assert np.abs(within).max() < Z99


def test_friends_are_alike(files: Files) -> None:
    people, parent = files.people, files.parent
    for attribute, lift in (("country", 1.6), ("age_band", 1.1)):
        theirs, own = people[attribute].reindex(parent.to_numpy()), people[attribute].reindex(parent.index)
        equal = (theirs.to_numpy() == own.to_numpy()).mean()
        chance = (theirs.value_counts(normalize=True) * own.value_counts(normalize=True)).sum()
        assert equal > lift * chance
        assert equal == pytest.approx(files.truth["friends_alike"][attribute]["equal"], abs=1e-3)
    worth = np.log(people.cltv)
    r = np.corrcoef(worth.reindex(parent.to_numpy()), worth.reindex(parent.index))[0, 1]
    assert r > 0.1


def test_affiliates_who_bring_churners(files: Files) -> None:
    claims = files.claims[(files.claims.uncredited == "") & (files.claims.referrer_kind == "affiliate")]
    brought = files.people.loc[claims.referee_id].assign(by=claims.referrer_id.to_numpy())
    left = pd.to_datetime(brought.churned_at)
    end = pd.Timestamp(brand.END, tz="UTC")
    brought["months"] = (left.fillna(end) - brought.joined) / DAY / 30.4375
    by = brought.groupby("by").agg(gone=("churned_at", "count"), months=("months", "sum"))
    told_ones = files.truth["affiliates"]
    assert len(files.table("affiliates")) == told_ones["count"] == 40
    others = by.drop(told_ones["bring_churners"] + told_ones["bring_loyal"]).sum()
    usual = others.gone / others.months
    for names, factor in ((told_ones["bring_churners"], 3.0), (told_ones["bring_loyal"], 0.4)):
        group = by.loc[names].sum()
        error = (
            Z99 * np.sqrt(1 / group.gone + 1 / others.gone) + 0.1
        )  # frailty bends the exponential a little
        assert abs(np.log(group.gone / group.months / usual / factor)) <= error
    for name in told_ones["bring_churners"]:  # each one by itself can be told from the usual
        assert stats.poisson.sf(by.gone[name] - 1, usual * by.months[name]) < 0.05


def test_rings_share_tokens_and_claim_in_circles(files: Files) -> None:
    tokens, claims = files.table("tokens"), files.claims
    in_rings = set()
    for ring in files.truth["rings"]:
        members = ring["customers"]
        in_rings |= set(members)
        assert 3 <= len(members) <= 6
        pairs = set(zip(claims.referrer_id, claims.referee_id, strict=True))
        assert all(pair in pairs for pair in zip(members, [*members[1:], members[0]], strict=True))
        for kind in ring["shared_tokens"]:
            theirs = tokens[tokens.customer_id.isin(members) & (tokens.kind == kind)]
            assert len(theirs) == len(members)
            assert theirs.token.nunique() == 1
    ordinary = tokens[~tokens.customer_id.isin(in_rings)]
    assert not ordinary.duplicated(["kind", "token"]).any()
    assert len(ordinary) > 1000


def test_referral_is_cheaper_than_paid_channels(files: Files) -> None:
    spent = files.table("spend").groupby("channel").amount.sum()
    came = files.people.channel.value_counts()
    rewards = files.table("rewards")
    assert set(rewards.side) == {"referrer", "referee"}
    cost = spent / came
    assert (
        cost["referral"] + rewards.amount.sum() / came["referral"]
        < 0.7 * cost[["paid_search", "paid_social"]].min()
    )


def test_friction_lowers_referring_and_surveys_follow(files: Files) -> None:
    people = files.people
    tickets = files.table("tickets").customer_id.value_counts().reindex(people.index, fill_value=0)
    assert people["first"].notna()[tickets >= 3].mean() < people["first"].notna()[tickets == 0].mean()
    nps = files.table("surveys").query("kind == 'nps'")
    assert nps.score.between(0, 10).all()
    assert nps.score[nps.customer_id.map(tickets) >= 3].mean() < nps.score.mean() - 0.5


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        brand.write(tmp_path / name, customers=2_000, seed=3)
    brand.write(tmp_path / "other", customers=2_000, seed=4)
    names = [f"{name}.csv" for name in TABLE] + ["truth.json"]
    assert filecmp.cmpfiles(tmp_path / "one", tmp_path / "two", names, shallow=False) == (names, [], [])
    assert filecmp.cmpfiles(tmp_path / "one", tmp_path / "other", names, shallow=False)[0] == []


@pytest.mark.parametrize("customers", [brand.FEWEST, 777, 5_000])
@pytest.mark.parametrize("seed", [0, 1])
def test_small_brands_are_whole_too(tmp_path: Path, customers: int, seed: int) -> None:
    truth = brand.write(tmp_path / "brand", customers=customers, seed=seed)
    files = Files(tmp_path / "brand")
    assert truth == files.truth
    assert len(files.table("customers")) == customers
    assert set(files.invitations.referrer_id) <= set(files.joined.index)
    counts = files.claims.uncredited.value_counts()
    assert counts[""] == truth["claims"]["credited"]


def test_an_earlier_example_is_replaced_and_other_things_are_not(tmp_path: Path) -> None:
    place = tmp_path / "brand"
    place.mkdir()
    brand.write(place, customers=300, seed=1)
    brand.write(place, customers=400, seed=1)
    assert len(Files(place).table("customers")) == 400
    assert len(list(place.iterdir())) == len(TABLE) + 1
    (place / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt"):
        brand.write(place, customers=300)
    other = tmp_path / "other"
    other.mkdir()
    (other / "customers.csv").write_text("customer_id\nmine\n")
    with pytest.raises(UsageError, match="another origin"):
        brand.write(other, customers=300)
    assert (other / "customers.csv").read_text() == "customer_id\nmine\n"
    with pytest.raises(UsageError, match="not a folder"):
        brand.write(other / "customers.csv", customers=300)


def test_nothing_half_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(brand, "write_orders", full)
    with pytest.raises(InputError, match="no space left on device"):
        brand.write(tmp_path / "brand", customers=300)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_is_refused_in_one_sentence(tmp_path: Path) -> None:
    for wrong in ({"customers": 199}, {"customers": 100_000_001}, {"seed": -1}):
        with pytest.raises(UsageError, match=r"^[^.]*\.$"):
            brand.write(tmp_path / "brand", **wrong)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        brand.write(tmp_path / "file" / "brand", customers=300)


@pytest.mark.slow
def test_memory_is_bounded(tmp_path: Path) -> None:
    """Beyond a small brand's peak, at most 300 bytes for each further customer."""
    pytest.importorskip("resource")
    script = (
        "import re, resource, sys; from pathlib import Path; from refnet.examples import brand; "
        "brand.write(Path(sys.argv[1]), customers=int(sys.argv[2])); "
        # Linux counts what this process was before it became another program, so it is asked more closely there.
        "own = Path('/proc/self/status'); "
        "print(re.search(r'VmHWM:\\s+(\\d+)', own.read_text())[1] if own.exists() "
        "else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    unit = 1 if sys.platform == "darwin" else 1024

    def peak(customers: int) -> int:
        place = tmp_path / str(customers)
        run = subprocess.run(
            [sys.executable, "-c", script, str(place), str(customers)],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(run.stdout) * unit

    assert peak(600_000) - peak(200_000) <= 300 * 400_000
    assert peak(200_000) <= 600 * 2**20
