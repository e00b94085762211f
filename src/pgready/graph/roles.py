"""The words before a table's name in the name of a column: a role (`actorUserId`), or somebody else's system."""

from collections.abc import Sequence

__all__ = ["is_elsewhere", "is_own_role"]

# An identifier of another system names that system's table, not ours: `stripeCustomerId`, `providerAccountId`. No shape
# of the schema tells these apart from roles (tried: uniqueness, and the same word before names that are no table), so
# the words are listed: those that say "elsewhere", then systems whose identifiers applications keep.
_ELSEWHERE = frozenset(
    """
    external foreign idp legacy oauth oidc provider providers remote saml scim sso third upstream vendor

    adyen airtable apple asana auth0 aws azure bitbucket braintree chargebee clerk cognito discord dropbox facebook
    figma firebase gcp github gitlab gmail google hubspot instagram intercom jira keycloak lemonsqueezy linear linkedin
    mailchimp microsoft mollie msteams notion okta outlook paddle paypal plaid posthog quickbooks razorpay salesforce
    sendgrid sentry shopify slack spotify stripe supabase telegram tiktok trello twilio twitch twitter vercel whatsapp
    workos xero youtube zapier zendesk zoom
    """.split()  # noqa: SIM905 - as a list it would be a hundred lines
)
_OWN_ROLES = frozenset(
    {"ancestor", "next", "original", "parent", "predecessor", "previous", "prior", "root", "successor"}
)
_PREPOSITIONS = frozenset({"by", "from", "into", "of", "to"})


def is_elsewhere(role: Sequence[str]) -> bool:
    """Whether one of the words says that the identifier is another system's."""
    return not _ELSEWHERE.isdisjoint(role)


def is_own_role(role: Sequence[str]) -> bool:
    """Whether a table refers to itself in such a role: `parentTaskId`, or `mergedIntoTicketId` with a preposition.

    Other words before a table's own name make an identifier of its rows rather (`shortLinkId` in `Link`).
    """
    return role[-1] in _PREPOSITIONS or not _OWN_ROLES.isdisjoint(role)
