"""The answer in words: titles and alternative texts."""

from pgready.figures.describe import describe_group_matrix, describe_group_page, matrix_lines, page_lines
from situations import Drawn, Situation


def test_the_title_of_the_matrix_counts_keys_by_verdict_and_its_line_what_is_missing(seed: Drawn) -> None:
    assert matrix_lines(seed.matrix) == (
        "26 foreign keys: 13 inside their group, 12 allowed, 1 undeclared",
        "A clean deploy leaves out 4 of 28 tables and 14 of 26 keys. 2 columns name tables without a key (?).",
    )


def test_a_page_says_none_in_words(seed: Drawn) -> None:
    assert page_lines(seed.pages["CRM"]) == (
        "CRM: 4 tables, 3 keys inside, none in, none out",
        "A clean deploy makes all 4 tables and 3 keys.",
    )
    assert page_lines(seed.pages["Social"])[0] == "Social: 6 tables, 1 key inside, none in, 7 out"


def test_alternative_texts_name_what_is_not_allowed_and_where_keys_go(seed: Drawn) -> None:
    assert describe_group_matrix(seed.matrix).endswith("Not allowed: Social to Other (1 undeclared).")
    assert describe_group_page(seed.pages["Social"]).endswith(
        " Out: 6 allowed to User of Auth, 1 without a key to Account of Auth, 1 undeclared to ImageRequest of Other."
    )
    assert describe_group_page(seed.pages["Other"]).endswith(" In: 1 undeclared from SocialQueueItem of Social.")


def test_without_a_rehearsal_nothing_is_called_missing(situation: Situation) -> None:
    drawn = situation({"A": ["a"]}, [("a", "a")], rehearsed=False)
    assert matrix_lines(drawn.matrix)[1] == "As declared; nothing was rehearsed."
    assert page_lines(drawn.pages["A"])[1] == "As declared; nothing was rehearsed."


def test_a_cycle_of_groups_is_told(situation: Situation) -> None:
    drawn = situation({"A": ["a"], "B": ["b"]}, [("a", "b"), ("a", "b"), ("b", "a")])
    assert "Keys that close a cycle of groups: B to A." in describe_group_matrix(drawn.matrix)


def test_long_lists_are_cut(situation: Situation) -> None:
    drawn = situation({"A": ["a"], "B": [f"b{number}" for number in range(20)]}, [("a", f"b{n}") for n in range(20)])
    assert describe_group_page(drawn.pages["A"]).endswith(" and 14 more.")
    assert len(describe_group_page(drawn.pages["A"])) < 500


def test_without_groups_the_matrix_does_not_claim_that_keys_stay_inside_one(situation: Situation) -> None:
    drawn = situation({}, [("a", "b")], ungrouped=["a", "b"])
    assert matrix_lines(drawn.matrix)[0] == "1 foreign key; no group is declared"
