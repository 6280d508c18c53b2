#!/usr/bin/env bash
# Writes the comment of the GitHub action on a pull request, or brings the one it wrote before up to date. A mark in the
# comment, invisible when shown, tells it again; each cell has its own.
set -euo pipefail
mark="<!-- checker:$(printf '%s' "${CHECKER_CELL:-}" | tr -c 'A-Za-z0-9._-' '_') -->"
comments="repos/$GITHUB_REPOSITORY/issues/$CHECKER_PULL_REQUEST/comments"
body="$CHECKER_COMMENT_FILE.body"
# A comment takes 65,536 characters.
{ echo "$mark"; head -c 64000 "$CHECKER_COMMENT_FILE"; } > "$body"

found=$(MARK="$mark" gh api --paginate "$comments" --jq '.[] | select(.body | startswith(env.MARK)) | .id')
id=${found%%$'\n'*}
if [ -n "$id" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$body"
else
  gh api --silent --method POST "$comments" --field "body=@$body"
fi
