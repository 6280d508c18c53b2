"""JUnit XML, as GitLab, Jenkins and most other systems read it.

Every finding is a test case with a name of its own (GitLab drops repeated ones), and so is every role whose access was
proven: a clean run has passing cases. What does not fail the run passes, with its text as output. Source: GitLab Docs,
"Unit test reports" (attributes, duplicates, size).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ...gate.report import Report
from ..style.frame import safe
from ..style.look import Look
from ..style.wrapping import count
from .standing import verdict

if TYPE_CHECKING:
    from ...findings.finding import Finding
    from ...inventory.objects import Object

CARRIES_FIXES = False


def render(report: Report, look: Look) -> str:
    """One document, with one suite."""
    suite = Element("testsuite", name="checker")
    names: Counter[str] = Counter()
    for finding in report.findings:
        _finding(suite, names, finding, report)
    for item in report.suppressed:
        case = _case(suite, names, item.finding)
        by = item.suppression
        SubElement(case, "skipped", message=safe(f"suppressed by {by.how}: {by.reason or 'no reason given'}"))
    for path, reason in report.unreadable:
        _error(suite, names, safe(path), safe(f"could not be read: {reason}"), "")
    for failure in report.failures:
        _error(
            suite, names, f"rule {failure.rule}", "the rule broke down, so its part was not checked", failure.details
        )
    _proven(suite, names, report)
    if not len(suite):
        SubElement(suite, "testcase", classname="checker", name=f"{count(report.summary.files, 'file')} checked")
    numbers = {
        "tests": len(suite),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": len(suite.findall("testcase/skipped")),
    }
    for name, number in numbers.items():
        suite.set(name, str(number))
    suites = Element("testsuites", name=verdict(report))
    suites.append(suite)
    indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _finding(suite: Element, names: Counter[str], finding: Finding, report: Report) -> None:
    case = _case(suite, names, finding)
    at = finding.location
    said = f"{at.file}:{at.start.line}:{at.start.column}: {finding.severity}[{finding.rule}]: {finding.message}"
    text = "\n".join(safe(line) for line in (said, f"why: {finding.why}", f"help: {finding.help}"))
    if report.fails(finding):
        SubElement(case, "failure", type=finding.severity, message=safe(finding.message)).text = text
    else:
        SubElement(case, "system-out").text = text


def _case(suite: Element, names: Counter[str], finding: Finding) -> Element:
    at = finding.location
    name = " ".join(filter(None, (finding.rule, _named(finding.subject) or at.file, finding.path)))
    case = SubElement(suite, "testcase", classname=f"checker.{finding.rule}", name=_unique(names, safe(name)))
    case.set("file", safe(at.file))
    case.set("line", str(at.start.line))
    return case


def _error(suite: Element, names: Counter[str], name: str, message: str, text: str) -> None:
    case = SubElement(suite, "testcase", classname="checker", name=_unique(names, f"could not check {name}"))
    SubElement(case, "error", type="could-not-check", message=message).text = "\n".join(
        safe(line) for line in text.splitlines()
    )


def _proven(suite: Element, names: Counter[str], report: Report) -> None:
    for outcome in report.outcomes:
        for check in outcome.checks:
            if all(question.proof and question.proof.verdict == "granted" for question in check.required):
                name = _unique(names, safe(f"{outcome.requirement.name} {_named(check.role.object)}"))
                case = SubElement(suite, "testcase", classname="checker.requirement", name=name)
                case.set("file", safe(check.role.object.origin.file))


def _named(subject: Object | None) -> str:
    if subject is None:
        return ""
    return f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name


def _unique(names: Counter[str], name: str) -> str:
    names[name] += 1
    return name if names[name] == 1 else f"{name} ({names[name]})"
