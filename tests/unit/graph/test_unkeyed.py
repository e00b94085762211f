"""References without a foreign key: what each rule finds, and what it must not find."""

import pytest

from pgready.graph.unkeyed import unkeyed_references
from pgready.model.schema import ForeignKey, Index, Schema, Table
from referring_tables import column, found, qualified, table


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("User", "userId"),
        ("User", "user_id"),
        ("User", "USER_ID"),
        ("User", "userID"),
        ("User", "UserId"),
        ("User", "userid"),
        ("User", "id_user"),
        ("User", "idUser"),
        ("User", "user_id_fk"),
        ("User", "userUuid"),
        ("users", "userId"),
        ("users", "users_id"),
        ("User", "usersId"),
        ("categories", "categoryId"),
        ("addresses", "address_id"),
        ("Address", "addressId"),
        ("boxes", "box_id"),
        ("statuses", "status_id"),
        ("houses", "house_id"),
        ("shelves", "shelf_id"),
        ("order_items", "orderItemId"),
        ("orderitems", "order_item_id"),
        ("OrderItem", "order_item_id"),
        ("URL", "urlId"),
        ("URLShortener", "urlShortenerId"),
        ("ShortURL", "shortURLId"),
        ("OAuth2Client", "oauth2_client_id"),
        ("v2_user", "v2UserId"),
        ("straßen", "straßen_id"),
        ("用户", "用户Id"),
        ('odd "na me', "odd_na_me_id"),
    ],
)
def test_a_column_named_after_a_table_is_a_reference_in_any_spelling(called: str, name: str) -> None:
    assert found(table(called), table("Zebra", name)) == [f"T Zebra.{name} -> {called}.id"]


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("Address", "addresId"),
        ("Process", "procesId"),
        ("val", "valids"),
        ("Token", "id_token"),
        ("pa", "paid"),
        ("User", "id"),
        ("User", "ids"),
        ("User", "user"),
        ("User", "userName"),
        ("User", "username_id"),
        ("people", "personId"),
        ("---", "---"),
        ("", ""),
    ],
)
def test_a_column_that_only_resembles_a_table_is_none(called: str, name: str) -> None:
    assert found(table(called), table("Zebra", name)) == []


def test_the_prisma_model_names_a_table_as_its_own_name_does() -> None:
    people = table("crm_people", model="Contact")
    assert found(people, table("Deal", "contactId", "crmPeopleId")) == [
        "T Deal.contactId -> crm_people.id",
        "T Deal.crmPeopleId -> crm_people.id",
    ]


def test_a_table_called_exactly_so_is_meant_before_one_in_the_plural() -> None:
    assert found(table("user"), table("users"), table("Deal", "user_id")) == ["T Deal.user_id -> user.id"]


@pytest.mark.parametrize(
    ("own", "type_", "refers"),
    [
        ("uuid", "uuid", True),
        ("uuid", "text", False),
        ("text", "uuid", False),
        ("text", "character varying(36)", True),
        ("character(26)", "text", True),
        ("bigint", "integer", True),
        ("integer", "text", False),
        ("numeric(10,0)", "numeric(12,0)", False),
        ("public.key_type", "public.key_type", True),
        ("text", "text[]", False),
    ],
)
def test_the_types_must_be_ones_that_a_foreign_key_could_join(own: str, type_: str, refers: bool) -> None:  # noqa: FBT001 - a parameter of the table above
    assert bool(found(table("User", id_type=own), table("Deal", column("userId", type_)))) is refers


def test_of_several_tables_the_one_in_the_same_postgresql_schema_is_meant_else_none() -> None:
    two = (table("auth.User"), table("app.User"))
    assert unkeyed_references(Schema(tables=(*two, table("app.Deal", "userId"))))[0].referenced_table.schema == "app"
    assert found(*two, table("other.Deal", "userId")) == []


def test_a_column_with_a_foreign_key_or_in_one_is_no_unkeyed_reference() -> None:
    keyed = table("Deal", "userId", to={"userId": "User"})
    assert found(table("User"), keyed) == []


def test_a_tables_own_identifier_is_no_reference() -> None:
    """An `orderId` in `Order` is the number that people see, or an identifier of another system."""
    assert found(table("Order", "orderId"), table("public.users", "user_id", key=("user_id",))) == []
    jobs = table("BackgroundJob", "jobId")
    assert found(jobs, table("Task", "jobId", to={"jobId": "BackgroundJob"})) == []


def test_a_shared_primary_key_is_a_reference_unless_the_database_makes_its_values() -> None:
    settings = table("Settings", column("userId"), key=("userId",))
    made = table("Settings", column("userId", "uuid", "gen_random_uuid()"), key=("userId",))
    assert found(table("User"), settings) == ["T Settings.userId -> User.id"]
    assert found(table("User", id_type="uuid"), made) == []
    assert found(table("User"), table("Settings", "ownerUserId", key=("ownerUserId",))) == []


def test_of_a_composite_primary_key_the_tables_own_column_is_referred_to() -> None:
    account = table("Account", "userId", key=("id", "userId"), to={"userId": "User"})
    orders = table("orders", "order_id", "tenant", key=("tenant", "order_id"))
    link = table("TagsOnPosts", "tag", "post", key=("tag", "post"))
    deal = table("Deal", "accountId", "orderId", "tagsOnPostId")
    assert found(table("User"), account, orders, link, deal) == [
        "T Deal.accountId -> Account.id",
        "T Deal.orderId -> orders.order_id",
    ]


def test_without_a_primary_key_a_table_is_referred_to_by_a_unique_id() -> None:
    unique = Index(name="i", columns=("id",), unique=True)
    partial = Index(name="i", columns=("id",), unique=True, where="deleted IS NULL")
    assert found(table("User", key=None, indexes=(unique,)), table("Deal", "userId")) == ["T Deal.userId -> User.id"]
    assert found(table("User", key=None, indexes=(partial,)), table("Deal", "userId")) == []


def test_partitions_neither_refer_nor_are_referred_to() -> None:
    event, part = table("Event", "userId"), table("Event_1", "userId", partition_of="Event")
    deal = table("Deal", "event1Id", "eventId")
    assert found(table("User"), event, part, deal) == ["T Deal.eventId -> Event.id", "T Event.userId -> User.id"]


def test_a_name_that_has_keys_to_one_table_elsewhere_refers_to_it() -> None:
    keyed = [table(name, "ownerId", "createdBy", to={"ownerId": "User", "createdBy": "User"}) for name in ("A1", "B1")]
    assert found(table("User"), *keyed, table("Deal", "ownerId", "created_by")) == [
        "S Deal.created_by -> User.id",
        "S Deal.ownerId -> User.id",
    ]


def test_a_name_that_does_not_speak_of_an_identifier_needs_more_than_one_key() -> None:
    keyed = table("A1", "createdBy", to={"createdBy": "User"})
    assert found(table("User"), keyed, table("Deal", "createdBy")) == []


@pytest.mark.parametrize(("others", "refers"), [(1, True), (2, False)])
def test_four_of_five_keys_of_a_name_decide_and_four_of_six_do_not(others: int, refers: bool) -> None:  # noqa: FBT001 - a parameter of the table above
    users = [table(f"U{number}", "ownerId", to={"ownerId": "User"}) for number in range(4)]
    teams = [table(f"T{number}", "ownerId", to={"ownerId": "Team"}) for number in range(others)]
    assert bool(found(table("User"), table("Team"), *users, *teams, table("Deal", "ownerId"))) is refers


def test_keys_of_tables_on_themselves_say_nothing_about_others() -> None:
    folder = table("Folder", "parentId", to={"parentId": "Folder"})
    assert found(folder, table("Comment", "parentId")) == []


def test_a_table_may_refer_to_itself_by_a_name_that_others_use_for_it() -> None:
    keyed = table("Deal", "managerId", to={"managerId": "User"})
    assert found(table("User", "managerId"), keyed) == ["S User.managerId -> User.id"]


def test_the_second_column_of_a_composite_key_is_no_evidence() -> None:
    key = ForeignKey(
        name="k",
        table=qualified("Order"),
        columns=("accountId", "holderId"),
        referenced_table=qualified("Account"),
        referenced_columns=("id", "userId"),
    )
    order = Table(name=qualified("Order"), columns=(column("accountId"), column("holderId")), foreign_keys=(key,))
    account = table("Account", "userId", key=("id", "userId"))
    assert found(account, order, table("Deal", "holderId")) == []


def test_one_key_that_copies_an_identifier_is_no_evidence_but_a_habit_is() -> None:
    client = table("oauthClient", "clientId", indexes=(Index(name="i", columns=("clientId",), unique=True),))
    one, two = (table(name, "clientId", to={"clientId": "oauthClient(clientId)"}) for name in ("A1", "B1"))
    assert found(client, one, table("Deal", "clientId")) == ["L Deal.clientId -> oauthClient.id"]
    assert found(client, one, two, table("Deal", "clientId")) == ["S Deal.clientId -> oauthClient.clientId"]


def test_a_table_of_the_own_family_of_names_makes_a_name_ambiguous() -> None:
    """On public schemas the family's table is meant in six of ten such cases: neither is reported as likely."""
    tables = [table("Folder"), table("DataroomFolder"), table("DataroomDocument", "folderId")]
    assert found(*tables) == []
    keyed = [table(name, "folderId", to={"folderId": "Folder"}) for name in ("A1", "B1")]
    assert found(*tables, *keyed) == ["T DataroomDocument.folderId -> Folder.id"]


@pytest.mark.parametrize("name", ["actorUserId", "created_by_user_id", "ownerUserID", "lastModifiedByUserId"])
def test_a_role_before_a_tables_name_is_maybe_a_reference(name: str) -> None:
    assert found(table("users"), table("Log", name)) == [f"R Log.{name} -> users.id"]


def test_the_longest_name_of_a_table_counts() -> None:
    tables = [table("Claim"), table("SubscriptionClaim"), table("Deal", "originalSubscriptionClaimId")]
    assert found(*tables) == ["R Deal.originalSubscriptionClaimId -> SubscriptionClaim.id"]


@pytest.mark.parametrize(
    "name",
    ["providerAccountId", "identityProviderAccountId", "stripe_account_id", "externalAccountId", "googleAccountId"],
)
def test_an_identifier_of_another_system_is_no_reference(name: str) -> None:
    assert found(table("Account"), table("User", name)) == []


def test_a_table_refers_to_itself_in_a_role_only_by_words_that_say_so() -> None:
    comment = table("Comment", "parentCommentId", "replyToCommentId", "shortCommentId")
    assert found(comment) == ["R Comment.parentCommentId -> Comment.id", "R Comment.replyToCommentId -> Comment.id"]


def test_the_last_words_of_a_tables_name_and_the_own_family_first() -> None:
    tables = [
        table("ReviewCampaign"),
        table("AdCampaign"),
        table("ReviewCustomer", "campaignId"),
        table("Deal", "campaignId"),
    ]
    assert found(*tables) == ["L ReviewCustomer.campaignId -> ReviewCampaign.id"]
    assert found(table("crm_contacts"), table("Deal", "contactId")) == ["L Deal.contactId -> crm_contacts.id"]


def test_a_name_of_exactly_one_tables_primary_key() -> None:
    replay = table("session_recording", "replay_id", key=("replay_id",))
    assert found(replay, table("Deal", "replay_id")) == ["P Deal.replay_id -> session_recording.replay_id"]
    twice = table("screen_recording", "replay_id", key=("replay_id",))
    assert found(replay, twice, table("Deal", "replay_id")) == []
    assert found(table("country", "code", key=("code",)), table("Deal", "code")) == []


def test_the_columns_of_prismas_join_tables_are_no_evidence() -> None:
    join = table("_OrderToTag", "A", "B", to={"A": "Order", "B": "Tag"})
    assert found(table("Order"), table("Tag"), join, table("_UserToTeam", "A", "B")) == []
