#!/usr/bin/env bash
# Writes the comment of the GitHub action on a pull request, or brings the one it wrote before up to date. A mark in the
# comment, invisible when shown, tells it again; each cell and configuration has its own. A token that may not comment
# (pull requests from forks) is no reason to fail: the job's summary has the same.
set -euo pipefail
cell=$(printf '%s' "${CHECKER_CELL:-}" | tr -c 'A-Za-z0-9._-' '_')
sum=$(printf '%s\n' "${CHECKER_CELL:-}" "${CHECKER_CONFIG:-}" "${CHECKER_PATHS:-}" | cksum | cut -d ' ' -f 1)
mark="<!-- checker:$cell:$sum -->"
comments="repos/$GITHUB_REPOSITORY/issues/$CHECKER_PULL_REQUEST/comments"
body="$CHECKER_COMMENT_FILE.body"
# A comment takes 65,536 characters.
{ echo "$mark"; head -c 60000 "$CHECKER_COMMENT_FILE"; } > "$body"
if [ "$(wc -c < "$CHECKER_COMMENT_FILE")" -gt 60000 ]; then
  printf '\n\n… the rest is in the summary of the job.\n' >> "$body"
fi

# Only a comment of our own is edited: anybody can write the mark.
login=$(gh api user --jq .login 2> /dev/null) || login='github-actions[bot]'
write() {
  local found id
  found=$(MARK="$mark" LOGIN="$login" gh api --paginate "$comments" \
    --jq '.[] | select(.user.login == env.LOGIN and (.body | startswith(env.MARK))) | .id') || return 1
  id=${found%%$'\n'*}
  if [ -n "$id" ]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$body"
  else
    gh api --silent --method POST "$comments" --field "body=@$body"
  fi
}
write || echo "::warning title=checker::the comment could not be written (a fork's token is read-only; else pull-requests: write is missing)"
