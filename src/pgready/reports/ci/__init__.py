"""What CI systems read: SARIF, JUnit, a pull request's comment, GitHub's annotations, GitLab's code quality.

Each form is a pure function of an audit. `write.write_ci` and `write.announce` are the edges: they take the secrets
out first, the whole audit as audit.json would hold it, so that no form can cut a secret in two and miss it.
"""
