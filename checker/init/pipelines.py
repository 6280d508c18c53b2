"""What runs the gate for a repository: a pre-commit hook, a workflow of GitHub, a job of GitLab."""

from __future__ import annotations

from ..version import __version__

PIPELINES = {
    "hook": (
        ".pre-commit-config.yaml",
        f"""repos:
  - repo: https://github.com/OWNER/checker  # where you host checker
    rev: v{__version__}
    hooks:
      - id: checker      # the files of the commit
      - id: checker-all  # the whole project: what a deleted file was needed for
""",
    ),
    "github": (
        ".github/workflows/checker.yml",
        f"""name: checker
on: pull_request
permissions: {{}}
jobs:
  checker:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      pull-requests: write    # the comment with what the change grants and revokes
      security-events: write  # sarif
    steps:
      - uses: actions/checkout@v5
        with: {{fetch-depth: 0, persist-credentials: false}}
      - uses: OWNER/checker@v{__version__}  # where you host checker
        with: {{sarif: "true", comment: "true"}}
""",
    ),
    "gitlab": (
        ".gitlab/checker.yml",
        f"""# Take it into .gitlab-ci.yml by `include: .gitlab/checker.yml`.
include:
  - project: GROUP/checker  # where you host checker
    ref: v{__version__}
    file: ci/gitlab.yml
checker:
  variables:
    CHECKER_PACKAGE: git+https://gitlab.example.com/GROUP/checker@v{__version__}
""",
    ),
}
"""By option of `checker init`: the file, and what it holds where there is none yet."""
