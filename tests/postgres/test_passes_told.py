"""The passes beside the rehearsal say what they do, migration by migration."""

from pgready.model.kept_rows import OnRows
from pgready.rehearsal import rehearse
from rehearsals import of_texts


def test_each_pass_stands_behind_the_name_of_the_migration_and_counts_anew() -> None:
    migrations = of_texts("CREATE TABLE t (id int)", "CREATE INDEX CONCURRENTLY i ON t (id)")
    names = frozenset(each.name for each in migrations)
    told: list[tuple[int, int, str]] = []
    rehearse(
        migrations,
        rerun=names,
        traced=names,
        otherwise={each.name: (each.sql or "",) for each in migrations},
        on_rows=OnRows(before=names),
        on_progress=lambda *now: told.append(now),
    )
    passes = ["", " (second runs)", " (sent the other way)", " (on rows)"]
    # The one on rows tells from a thread of its own, beside the others.
    for what in passes:
        assert [now for now in told if now[2].partition(" ")[1:] == what.partition(" ")[1:] and now[2]] == [
            (done, 2, f"{name}{what}") for done, name in enumerate(["m1", "m2"])
        ]
