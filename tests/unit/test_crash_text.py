"""Where a migration can be stopped, read from its text."""

from pgready.rehearsal.crash_points.text import Place, Text, read_texts
from rehearsals import of_texts


def read(sql: str, *, apart: bool = False) -> Text:
    return read_texts(of_texts(sql), {"m1": ()} if apart else {})["m1"]


def test_a_text_without_control_of_transactions_is_one_transaction_unless_it_is_cut() -> None:
    text = "SET x.y = 1; CREATE TABLE a (); DO $$ BEGIN COMMIT; END $$"
    assert read(text).atomic
    assert not read(text, apart=True).atomic
    assert not read("BEGIN; SELECT 1; COMMIT").atomic
    assert not read("CREATE INDEX CONCURRENTLY i ON t (a)").atomic


def test_sent_whole_it_keeps_what_stands_before_the_end_of_a_transaction() -> None:
    text = read("SELECT 1; BEGIN; SELECT 2; COMMIT; SELECT 3; ROLLBACK; SELECT 4; END")
    assert text.places([True]) == (Place(4), Place(6))


def test_sent_by_statement_it_keeps_each_one_outside_of_a_transaction() -> None:
    text = read("SET x.y = 1; SELECT 1; BEGIN; SELECT 2; COMMIT; SELECT 3", apart=True)
    assert text.places([True, True, False, False, True, True]) == (Place(1), Place(2), Place(5))


def test_what_works_concurrently_is_stopped_inside() -> None:
    text = read("SELECT 1; DROP INDEX CONCURRENTLY i; SELECT 'concurrently'", apart=True)
    assert text.places([True] * 3) == (Place(1), Place(1, inside=True), Place(2))


def test_only_what_lasts_for_the_session_is_a_setting() -> None:
    text = read("SET a.b = 1; SET LOCAL a.b = 2; RESET a.b; SELECT set_config('a.b', '3', false); SELECT 1", apart=True)
    assert text.settings == {0, 2, 3}


def test_lines_are_those_of_first_tokens_and_a_bare_statement_has_no_comment_before_it() -> None:
    text = read("-- one\nSELECT 1;\n\n/* two */ SELECT 2 -- end", apart=True)
    assert text.lines == (2, 4)
    assert (text.line(1), text.line(2)) == (4, None)
    assert text.bare(0) == "SELECT 1;"


def test_a_text_that_cannot_be_sent_is_not_read() -> None:
    assert read_texts(of_texts("SELECT '\0'", "SELECT '\ud800'", None), {}) == {}


def test_what_may_touch_rows_is_told_by_kind_and_by_words() -> None:
    text = read(
        "CREATE TABLE a (); UPDATE a SET b = 1; SELECT 1; SELECT f(1); CREATE TABLE c AS SELECT 1; DROP INDEX i; "
        "DROP TABLE a; ALTER TABLE a ADD b int; ALTER TABLE a DROP b; ALTER TABLE a ALTER b TYPE text USING b; "
        "INSERT INTO a VALUES (1); CALL p()"
    )
    assert text.touching == {1, 3, 4, 6, 8, 9, 10, 11}
    assert text.taking == {1, 6, 8, 9, 11}
    assert text.silent == {11}


def test_a_block_that_changes_rows_says_so_in_words_that_are_no_clause_of_a_key() -> None:
    text = read(
        "DO $$ BEGIN ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c ON DELETE CASCADE ON UPDATE SET NULL; END $$; "
        "DO $$ BEGIN UPDATE ONLY public.a AS x SET b = 1; END $$; DO $$ BEGIN DELETE FROM a; END $$; "
        "DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD b int', 'a'); EXECUTE 'SELECT 1'; END $$; "
        "DO $$ BEGIN EXECUTE whatever; END $$"
    )
    assert text.silent == {1, 2, 4}


def test_a_block_that_may_commit_is_no_transaction_where_it_is_alone_in_its_message() -> None:
    for sql in ("DO $$ BEGIN LOOP UPDATE t SET a = 1; COMMIT; END LOOP; END $$", "CALL p()"):
        assert not read(sql).atomic
        assert read(sql).places([True]) == (Place(0, inside=True),)
        assert read(f"SELECT 1; {sql}").atomic
        assert read(f"SELECT 1; {sql}", apart=True).places([True, True]) == (Place(1), Place(1, inside=True))
    assert read("DO $$ BEGIN RAISE 'x'; END $$").atomic
