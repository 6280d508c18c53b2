#!/usr/bin/env bash
# The check of the GitHub action. Writes what it came to into GITHUB_OUTPUT and ends with 0: a later step fails the job,
# once findings are uploaded and commented on. Wrong usage ends it with 2.
set -euo pipefail
checker="$RUNNER_TEMP/checker-venv/bin/checker"
out="$RUNNER_TEMP/checker"
mkdir -p "$out"

# In a container the work tree belongs to somebody else, which git refuses without being told. The token is for the base
# commit of a shallow clone; as an environment variable it is in no list of processes.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0="$PWD"
fetch() {
  local header
  header="AUTHORIZATION: basic $(printf 'x-access-token:%s' "${CHECKER_TOKEN:-}" | base64 | tr -d '\n')"
  GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_1="http.${GITHUB_SERVER_URL:-https://github.com}/.extraheader" \
    GIT_CONFIG_VALUE_1="$header" git fetch --quiet --no-tags --depth=1 origin "$1"
}

# What the change is compared with: the first parent of the merge that a pull request is checked out as, else the commit
# that the event names. Only GitHub's own merge counts: a branch may end in one of its author's.
base=""
event="${CHECKER_BASE:-}"
head=$(git rev-parse --quiet --verify HEAD || true)
if [ "$head" = "${GITHUB_SHA:-}" ] && git rev-parse --quiet --verify 'HEAD^2' > /dev/null; then
  base='HEAD^1'
elif [ -n "${event//0/}" ]; then
  git cat-file -e "$event^{commit}" 2> /dev/null || fetch "$event" || true
  git cat-file -e "$event^{commit}" 2> /dev/null && base="$event"
fi
if [ -z "$base" ] && { [ "${CHECKER_COMMENT:-}" = true ] || [ "${CHECKER_CHANGED_ONLY:-}" = true ]; }; then
  echo "::warning title=checker::there is no commit to compare with, so everything is reported (actions/checkout: fetch-depth: 2)"
fi

common=()
[ -n "${CHECKER_CONFIG:-}" ] && common+=(--config="$CHECKER_CONFIG")
[ -n "${CHECKER_CELL:-}" ] && common+=(--cell="$CHECKER_CELL")
options=(--format=github --report="sarif=$out/checker.sarif" --report="markdown=$out/findings.md")
[ -n "${CHECKER_FAIL_ON:-}" ] && options+=(--fail-on="$CHECKER_FAIL_ON")
[ -n "${CHECKER_BASELINE:-}" ] && options+=(--baseline="$CHECKER_BASELINE")
[ "${CHECKER_CHANGED_ONLY:-}" = true ] && [ -n "$base" ] && options+=(--changed-since="$base")
# A pull request does not choose the rules that it is judged by, and without its base there is nobody to trust.
trusted="${CHECKER_TRUSTED:-}"
[ -z "$trusted" ] && [ -n "${CHECKER_PULL_REQUEST:-}" ] && trusted=true
if [ "$trusted" = true ]; then
  if [ -z "$base" ]; then
    echo "::error title=checker::the base of the change is not here, and it decides by which rules the change is judged (actions/checkout: fetch-depth: 2; or trusted: false)"
    exit 2
  fi
  options+=(--trusted="$base")
fi
paths=()
compared=()
while IFS= read -r path; do
  [ -n "$path" ] && paths+=("$path") && compared+=(--path="$path")
done <<< "${CHECKER_PATHS:-}"

code=0
# An empty list is "unbound" to the bash of macOS.
"$checker" static ${common[@]+"${common[@]}"} "${options[@]}" -- ${paths[@]+"${paths[@]}"} || code=$?
echo "exit-code=$code" >> "$GITHUB_OUTPUT"
if [ "$code" -eq 2 ]; then
  exit 2
fi
echo "sarif-file=$out/checker.sarif" >> "$GITHUB_OUTPUT"

if [ "${CHECKER_COMMENT:-}" = true ]; then
  if [ -n "$base" ]; then
    "$checker" diff ${common[@]+"${common[@]}"} ${compared[@]+"${compared[@]}"} --format=markdown --exit-zero \
      --output="$out/access.md" -- "$base" || echo "What it does to access could not be told." > "$out/access.md"
    cat "$out/access.md" > "$out/comment.md"
    echo >> "$out/comment.md"
    cat "$out/findings.md" >> "$out/comment.md"
  else
    cp "$out/findings.md" "$out/comment.md"
  fi
  echo "comment-file=$out/comment.md" >> "$GITHUB_OUTPUT"
fi
