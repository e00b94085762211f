"""What a migration made and dropped, as the catalog tells it."""

from pgready.model.names import ObjectKind, ObjectRef
from rehearsals import names, rehearsed

EVERYTHING = """
CREATE SCHEMA shop;
CREATE EXTENSION citext;
CREATE TYPE shop.color AS ENUM ('red', 'green');
CREATE TYPE shop.pair AS (a int, b text);
CREATE TYPE shop.span AS RANGE (subtype = int4);
CREATE DOMAIN shop.positive AS int CONSTRAINT above_zero CHECK (VALUE > 0);
CREATE TABLE shop.item (
  id serial PRIMARY KEY, code text UNIQUE, price int CONSTRAINT fair CHECK (price > 0), tint shop.color, twin int,
  CONSTRAINT itself FOREIGN KEY (twin) REFERENCES shop.item (id));
CREATE INDEX item_price ON shop.item (price);
CREATE VIEW shop.cheap AS SELECT id FROM shop.item;
CREATE MATERIALIZED VIEW shop.dear AS SELECT id FROM shop.item;
CREATE SEQUENCE shop.counter;
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON shop.item FOR EACH ROW EXECUTE FUNCTION shop.touch();
CREATE POLICY mine ON shop.item USING (true);
CREATE RULE quiet AS ON DELETE TO shop.item DO INSTEAD NOTHING;
CREATE TABLE shop.log (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE shop.log_old PARTITION OF shop.log FOR VALUES FROM ('2000-01-01') TO ('2001-01-01');
CREATE TEMP TABLE gone (id int);
"""


def test_every_kind_of_object_has_its_name_and_nothing_of_the_server_is_among_them() -> None:
    (run,) = rehearsed(EVERYTHING).runs
    assert run.error is None
    assert names(run) == [
        "column shop.cheap.id",
        "column shop.dear.id",
        "column shop.item.code",
        "column shop.item.id",
        "column shop.item.price",
        "column shop.item.tint",
        "column shop.item.twin",
        "column shop.log.at",
        "column shop.log.id",
        "column shop.log_old.at",
        "column shop.log_old.id",
        "constraint shop.item.fair",
        "constraint shop.item.item_code_key",
        "constraint shop.item.item_pkey",
        "constraint shop.item.itself",
        "constraint shop.positive.above_zero",
        "enum value shop.color.green",
        "enum value shop.color.red",
        "extension citext",
        "function shop.touch",
        "index shop.item.item_code_key",
        "index shop.item.item_pkey",
        "index shop.item.item_price",
        "materialized view shop.dear",
        "policy shop.item.mine",
        "rule shop.item.quiet",
        "schema shop",
        "sequence shop.counter",
        "sequence shop.item_id_seq",
        "table shop.item",
        "table shop.log",
        "table shop.log_old",
        "trigger shop.item.touched",
        "type shop.color",
        "type shop.pair",
        "type shop.positive",
        "type shop.span",
        "view shop.cheap",
    ]
    assert run.dropped == ()


def test_an_object_that_was_renamed_stands_in_both() -> None:
    result = rehearsed(
        "CREATE TABLE a (id int CONSTRAINT a_pkey PRIMARY KEY, old text)", "ALTER TABLE a RENAME COLUMN old TO new"
    )
    assert names(result.runs[1]) == ["column public.a.new"]
    assert names(result.runs[1], "dropped") == ["column public.a.old"]


def test_what_is_dropped_takes_what_belongs_to_it_along() -> None:
    result = rehearsed("CREATE TABLE a (id int PRIMARY KEY)", "DROP TABLE a")
    assert result.runs[1].made == ()
    assert result.runs[1].dropped == result.runs[0].made
    assert len(result.runs[1].dropped) == 4


def test_made_and_dropped_in_the_same_file_is_nothing() -> None:
    (run,) = rehearsed("CREATE TABLE a (id int); DROP TABLE a;").runs
    assert (run.made, run.dropped) == ((), ())


def test_a_guarded_statement_that_skips_makes_nothing() -> None:
    """The heart of the matter: the migration "succeeds" and the key never comes into being."""
    (run,) = rehearsed("""
        CREATE TABLE post (id int, author int);
        DO $$ BEGIN
          IF EXISTS (SELECT FROM information_schema.tables WHERE table_name = 'User') THEN
            ALTER TABLE post ADD CONSTRAINT post_author_fkey FOREIGN KEY (author) REFERENCES "User" (id);
          END IF;
        END $$;
    """).runs
    assert run.error is None
    assert names(run) == ["column public.post.author", "column public.post.id", "table public.post"]


def test_names_with_every_odd_character_come_through() -> None:
    """Tabs, newlines and backslashes are COPY's own signs; quotes are SQL's."""
    odd = "a\tb\nc\\d\\n\"e'f.ü🐘\r\x01"
    quoted = '"' + odd.replace('"', '""') + '"'
    (run,) = rehearsed(f"CREATE TABLE {quoted} ({quoted} int)").runs
    assert run.made == (
        ObjectRef(kind=ObjectKind.COLUMN, schema="public", table=odd, name=odd),
        ObjectRef(kind=ObjectKind.TABLE, schema="public", name=odd),
    )


def test_partitions_share_no_invented_constraints() -> None:
    """A key to a partitioned table has one hidden row per partition in pg_constraint."""
    result = rehearsed(
        "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);",
        "CREATE TABLE c (p int CONSTRAINT c_p_fkey REFERENCES p (id))",
    )
    assert [name for name in names(result.runs[1]) if name.startswith("constraint")] == ["constraint public.c.c_p_fkey"]
    assert [key.name for key in result.schema.foreign_keys()] == ["c_p_fkey"]
