"""Feature groups and the foreign keys between them: pure functions from structures to values.

`foreign_keys` makes the networkx graph, `grouping` resolves groups, `isolation` judges the keys between groups,
`matrix` and `pages` gather what the pictures show. networkx is imported where it is used, never by `import pgready`.
"""
