"""Frozen values of the audit, standard library only.

Every other room speaks in these values: `names` and `location` (what and where), `schema` (a database structure),
`migration` (what is on disk), `effects` and `guards` (what statements do, and under which condition), `groups`
(feature groups and contracts), `trace` (what a rehearsal saw).
"""
