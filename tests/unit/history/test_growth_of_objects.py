"""How many of the declared objects there are after each migration, and where guards left some out."""

from collections.abc import Iterable

from pgready.history.growth import Growth, make_growth
from pgready.model.location import Location
from pgready.model.names import ObjectKind, ObjectRef, QualifiedName
from pgready.model.schema import Column, Enum, ForeignKey, Index, Schema, Table
from pgready.model.trace import MigrationRun, Rehearsal, RunOutcome, Server, Skip

KINDS = {"t": ObjectKind.TABLE, "c": ObjectKind.COLUMN, "k": ObjectKind.CONSTRAINT, "i": ObjectKind.INDEX}
KINDS |= {"e": ObjectKind.TYPE}


def ref(text: str) -> ObjectRef:
    """`t:User`, `c:User.id`, `k:User.User_x_fkey`, `e:Role`."""
    kind, _, name = text.partition(":")
    table, dot, last = name.partition(".")
    return ObjectRef(kind=KINDS[kind], schema="public", table=table if dot else None, name=last or table)


def key(table: str, name: str, to: str = "User") -> ForeignKey:
    return ForeignKey(
        name=name,
        table=QualifiedName("public", table),
        columns=("userId",),
        referenced_table=QualifiedName("public", to),
        referenced_columns=("id",),
    )


def table(name: str, *keys: ForeignKey, columns: tuple[str, ...] = (), indexes: tuple[str, ...] = ()) -> Table:
    return Table(
        name=QualifiedName("public", name),
        columns=tuple(Column(name=each, type="text", not_null=True) for each in columns),
        indexes=tuple(Index(name=each, columns=("id",)) for each in indexes),
        foreign_keys=keys,
    )


def skip(position: int, what: str, *, exists_at_end: bool = False) -> Skip:
    return Skip(
        migration=f"m{position}",
        position=position,
        guard="g",
        asked_for=ref("t:User"),
        would_make=ref(what),
        exists_at_end=exists_at_end,
        made_by=None,
        made_at=None,
        location=Location("m.sql", 1, 1),
    )


def grown(
    declared: Schema,
    made: Schema,
    *steps: tuple[str, str],
    skips: Iterable[Skip] = (),
    outcomes: tuple[RunOutcome, ...] = (),
) -> Growth:
    """Each step is what a migration made and what it dropped, in words."""
    runs = tuple(
        MigrationRun(
            migration=f"m{number}",
            position=number,
            outcome=outcomes[number - 1] if outcomes else RunOutcome.APPLIED,
            made=tuple(map(ref, new.split())),
            dropped=tuple(map(ref, old.split())),
        )
        for number, (new, old) in enumerate(steps, 1)
    )
    server = Server(version="18", version_num=180000, origin="test")
    return make_growth(declared, Rehearsal(server=server, runs=runs, schema=made), skips)


def tables(*names: str) -> Schema:
    return Schema(tables=tuple(map(table, names)))


def test_tables_add_up_migration_by_migration() -> None:
    growth = grown(tables("A", "B", "C"), tables("A", "B"), ("t:A", ""), ("", ""), ("t:B", ""))
    (track,) = growth.tracks
    assert (track.declared, track.there, track.made, track.absent) == (3, (1, 1, 2), 2, 1)
    assert growth.gaps == ()
    assert growth.stops is None


def test_what_has_another_name_for_a_while_counts_all_the_while() -> None:
    (track,) = grown(tables("New"), tables("New"), ("t:Old", ""), ("t:New", "t:Old")).tracks
    assert track.there == (1, 1)


def test_what_comes_and_goes_is_seen_and_what_is_declared_and_dropped_again_is_told() -> None:
    (track,) = grown(tables("A", "B"), tables("A"), ("t:A t:B t:X", ""), ("", "t:B t:X")).tracks
    assert track.there == (3, 1)
    assert (track.gone, track.absent, track.left_out) == (1, 0, 0)


def test_what_is_there_in_the_end_and_declared_nowhere_does_not_count() -> None:
    (track,) = grown(tables("A"), tables("A", "Extra"), ("t:Extra", ""), ("t:A", "")).tracks
    assert track.there == (0, 1)


def test_a_key_under_another_name_is_the_declared_one() -> None:
    declared = Schema(tables=(table("A", key("A", "A_userId_fkey")), table("User")))
    made = Schema(tables=(table("A", key("A", "old_name")), table("User")))
    track = grown(declared, made, ("t:User t:A k:A.old_name k:A.A_pkey", "")).tracks[1]
    assert (track.noun, track.declared, track.there, track.absent) == ("foreign key", 1, (1,), 0)


def test_a_skipped_table_takes_its_columns_and_keys_along() -> None:
    lost = table("Log", key("Log", "Log_userId_fkey"), columns=("id", "userId"), indexes=("Log_idx",))
    declared = Schema(tables=(lost, table("User", columns=("id",))))
    made = Schema(tables=(table("User", columns=("id",)),))
    growth = grown(declared, made, ("t:User c:User.id", ""), ("", ""), skips=[skip(2, "t:Log")])
    assert {track.noun: (track.made, track.left_out, track.absent) for track in growth.tracks} == {
        "table": (1, 1, 0),
        "foreign key": (0, 1, 0),
        "column": (1, 2, 0),
        "index": (0, 1, 0),
    }
    ((place, losses),) = growth.gaps
    assert place == 1
    assert [(number, track.noun) for number, track in losses] == [
        (1, "table"),
        (1, "foreign key"),
        (2, "column"),
        (1, "index"),
    ]


def test_of_several_that_skip_the_same_the_first_opens_the_gap() -> None:
    skips = [skip(1, "t:B"), skip(2, "t:B"), skip(2, "t:A", exists_at_end=True)]
    (track,) = grown(tables("A", "B"), tables("A"), ("", ""), ("t:A", ""), skips=skips).tracks
    assert track.skipped == (1, 1)
    assert track.again == (0, 1)


def test_a_skip_of_what_nobody_declares_opens_no_gap() -> None:
    (track,) = grown(tables("A"), tables("A"), ("t:A", ""), skips=[skip(1, "t:Other")]).tracks
    assert track.skipped == (0,)


def test_where_the_deploy_stops_is_told() -> None:
    outcomes = (RunOutcome.APPLIED, RunOutcome.FAILED, RunOutcome.NOT_REACHED)
    growth = grown(tables("A", "B"), tables("A"), ("t:A", ""), ("", ""), ("", ""), outcomes=outcomes)
    assert growth.stops == 1
    assert growth.tracks[0].there == (1, 1, 1)


def test_enums_have_a_track_and_kinds_that_nobody_declares_have_none() -> None:
    schema = Schema(enums=(Enum(name=QualifiedName("public", "Role"), values=("A",)),))
    growth = grown(schema, schema, ("e:Role t:X", ""))
    assert [(track.plural, track.there) for track in growth.tracks] == [("enums", (1,))]
