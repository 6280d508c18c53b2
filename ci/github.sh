#!/usr/bin/env bash
# The check of the GitHub action. Writes what it came to into GITHUB_OUTPUT and ends with 0: a later step fails the job,
# once findings are uploaded and commented on.
set -euo pipefail
checker="$RUNNER_TEMP/checker-venv/bin/checker"
out="$RUNNER_TEMP/checker"
mkdir -p "$out"

common=()
[ -n "${CHECKER_CONFIG:-}" ] && common+=(--config="$CHECKER_CONFIG")
[ -n "${CHECKER_CELL:-}" ] && common+=(--cell="$CHECKER_CELL")

# The pull request is checked as it would be merged; a shallow clone lacks what it is compared with.
if [ -n "${CHECKER_BASE:-}" ] && ! git cat-file -e "$CHECKER_BASE^{commit}" 2> /dev/null; then
  git fetch --quiet --no-tags --depth=1 origin "$CHECKER_BASE" || echo "the base commit could not be fetched" >&2
fi

options=(--format=github --report="sarif=$out/checker.sarif" --report="markdown=$out/findings.md")
[ -n "${CHECKER_FAIL_ON:-}" ] && options+=(--fail-on="$CHECKER_FAIL_ON")
[ -n "${CHECKER_BASELINE:-}" ] && options+=(--baseline="$CHECKER_BASELINE")
[ "${CHECKER_CHANGED_ONLY:-}" = true ] && [ -n "${CHECKER_BASE:-}" ] && options+=(--changed-since="$CHECKER_BASE")
paths=()
while IFS= read -r path; do
  [ -n "$path" ] && paths+=("$path")
done <<< "${CHECKER_PATHS:-}"

code=0
# An empty list is "unbound" to the bash of macOS.
"$checker" static ${common[@]+"${common[@]}"} "${options[@]}" -- ${paths[@]+"${paths[@]}"} || code=$?
echo "exit-code=$code" >> "$GITHUB_OUTPUT"
if [ "$code" -eq 2 ]; then
  exit 2
fi
echo "sarif-file=$out/checker.sarif" >> "$GITHUB_OUTPUT"

if [ "${CHECKER_COMMENT:-}" = true ] && [ -n "${CHECKER_BASE:-}" ]; then
  "$checker" diff ${common[@]+"${common[@]}"} --format=markdown --exit-zero --output="$out/access.md" -- "$CHECKER_BASE"
  cat "$out/access.md" > "$out/comment.md"
  echo >> "$out/comment.md"
  cat "$out/findings.md" >> "$out/comment.md"
  echo "comment-file=$out/comment.md" >> "$GITHUB_OUTPUT"
fi
