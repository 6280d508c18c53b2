"""The `trust` of a requirement: may the service account that runs the proxy assume the role?"""

from __future__ import annotations

from ..ack.limits import refusal
from ..iam.decisions.conditions import any_of
from ..iam.documents.document import Document
from ..iam.documents.filling import filled, least, most
from ..iam.documents.holes import has_hole, pattern_of
from ..iam.documents.regions import partition_of
from ..inventory.objects import Object, Role, altered
from .layers import ignored_trust, not_pushed, refused_trust, unreadable
from .model import Requirement, fill
from .select import Selected, own_values
from .ways import TrustCheck, Way, lets_in, lets_in_some, way_of


def check_trust(requirement: Requirement, selected: Selected, values: dict[str, str]) -> TrustCheck | None:
    """Puts the requirement's trust to a role; None when the requirement has none. `values` are the parameters.

    Where it is known how the service account gets the role, only that way counts.
    """
    trust = requirement.trust
    if trust is None:
        return None
    answer = _check(trust.service_account, trust.via, selected, values)
    return answer._replace(is_open=answer.is_open and (answer.truth is False or trust.when_unknown == "pass"))


def check_entry(selected: Selected, values: dict[str, str]) -> TrustCheck:
    """The same where no requirement says who must be let in: whoever is given the role, or anybody."""
    return _check("${namespace}/${serviceAccount}", ("irsa", "pod-identity"), selected, values)


def _check(wanted: str, via: tuple[Way, ...], selected: Selected, values: dict[str, str]) -> TrustCheck:
    role, giver = selected.role, selected.giver
    changed = changed_by(role, giver) or ignored_trust(role) or refusal(role.object)
    changed = changed or refused_trust(role, partition_of(values.get("region", "")), values.get("account"))
    if changed:
        return TrustCheck(fill(wanted, values).text, None, changed)
    if role.object.holes or (giver is not None and giver.holes):
        answer = _whatever_is_filled_in(wanted, via, selected, values)
        if selected.service_account is not None and answer.truth is None and answer.is_open:
            reason = "which service account it is, or of which namespace, is filled in later"
            return answer._replace(reason=reason, is_open=False)
        return answer
    moved = moved_by(role, giver)
    if not moved:
        return _asked(wanted, via, selected, values)
    # Whatever the overlays make of namespace and name: where each of them is let in, it does not matter.
    answers = [_asked(wanted, via, selected, {**values, **built}) for built in _as_built(role, giver)]
    if answers and all(item.truth is True for item in answers):
        return answers[0]
    return TrustCheck(fill(wanted, values).text, None, moved, True)


def _whatever_is_filled_in(wanted: str, via: tuple[Way, ...], selected: Selected, values: dict[str, str]) -> TrustCheck:
    """The answer that holds whatever is filled in: the same holes stand on both sides of the comparisons, else the
    narrowest reading of the trust policy lets in, or the widest does not. Where the object that gives the role has
    holes, these readings are asked for a service account that is not known."""
    role, giver = selected.role, selected.giver
    document = role.trust.parsed.document if role.trust else None
    if document is not None and _only_compares(document):
        holes = tuple(dict.fromkeys((*role.object.holes, *(giver.holes if giver is not None else ()))))
        words = {hole: f"hole{number}" for number, hole in enumerate(holes)}
        own = {name: _worded(text, words) for name, text in own_values(selected).items()}
        closed = selected._replace(role=_trusting(role, filled(document, words)))
        alike = _asked(wanted, via, closed, {**values, **own})
        if alike.truth is True or (alike.truth is None and alike.is_open):
            return alike._replace(service_account=fill(wanted, {**values, **own_values(selected)}).text)
    if giver is not None and giver.holes:
        # Whom the object gives the role to, and how, is filled in later.
        values = {key: value for key, value in values.items() if key not in ("namespace", "serviceAccount")}
        selected = selected._replace(service_account=None, giver=None)
    if document is None or not document.holes:
        return _asked(wanted, via, selected, values)
    at_least, at_most = (
        _asked(wanted, via, selected._replace(role=_trusting(role, bound(document))), values) for bound in (least, most)
    )
    principals = (item.entry.text for statement in document.statements for item in statement.principals)
    if at_least.truth is True or (at_least.truth is None and at_least.is_open):
        return at_least
    if at_most.truth is False and not any(has_hole(text, document.holes) for text in principals):
        return at_most
    reason = f"its trust policy is filled in later ({', '.join(document.holes[:_MOST_NAMED])})"
    return TrustCheck(at_most.service_account, None, reason)


_MOST_NAMED = 3


def _worded(text: str, words: dict[str, str]) -> str:
    return pattern_of(tuple(words)).sub(lambda found: words[found[0]], text)


def _only_compares(document: Document) -> bool:
    """Whether a trust policy only allows, by comparisons that hold where both sides are the same text."""
    return all(
        statement.effect == "Allow"
        and not statement.not_principals
        and not statement.not_actions
        and not any(has_hole(item.text, document.holes) for item in statement.actions)
        and all(item.operator.removesuffix("IfExists").split(":")[-1] in _COMPARISONS for item in statement.conditions)
        for statement in document.statements
    )


_COMPARISONS = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")


def _trusting(role: Role, document: Document) -> Role:
    """The role with another trust policy."""
    trust = role.trust and role.trust._replace(parsed=role.trust.parsed._replace(document=document))
    return role._replace(trust=trust)


_MOST_VARIANTS = 20


def _as_built(role: Role, giver: Object | None) -> list[dict[str, str]]:
    """The values of namespace and service account that overlays give them; none where they are open."""
    namespaces = role.object.built_namespaces or (giver.built_namespaces if giver is not None else ())
    names = giver.built_names if giver is not None and giver.kind == "ServiceAccount" else ()
    named = [{"namespace": namespace} for namespace in namespaces] or [{}]
    both = [{**one, **other} for one in named for other in ([{"serviceAccount": name} for name in names] or [{}])]
    return [item for item in both if item][:_MOST_VARIANTS]


def _asked(wanted: str, via: tuple[Way, ...], selected: Selected, values: dict[str, str]) -> TrustCheck:
    role, giver = selected.role, selected.giver
    asked = fill(wanted, values)
    document = role.trust.parsed.document if role.trust else None
    if document is None:
        hole = role.trust is not None and any(problem.code == "hole" for problem in role.trust.parsed.problems)
        why = f"in its trust policy {unreadable(role.trust)}" if hole and role.trust is not None else ""
        return TrustCheck(asked.text, None, why or "the role's trust policy cannot be read")
    if asked.unset:
        some = any_of(lets_in_some(document, way, values) for way in via)
        names = ", ".join(f"${{{name}}}" for name in asked.unset)
        reason = f"no service account is known to use the role ({names})"
        if some is None:
            return TrustCheck(asked.text, None, f"{reason}, and whether its trust policy lets any in cannot be told")
        return TrustCheck(asked.text, None if some else False, reason if some else "", True)
    taken = way_of(giver) if giver else None
    ways = [way for way in via if taken is None or way == taken]
    if not ways:
        return TrustCheck(asked.text, False)
    answers = [lets_in(document, way, asked.text, values, giver, selected.hop) for way in ways]
    truth = any_of(answer.truth for answer in answers)
    reasons = [answer.reason for answer in answers if answer.reason and answer.truth is None]
    is_open = truth is None and all(answer.is_open for answer in answers if answer.truth is None)
    return TrustCheck(asked.text, truth, "; ".join(dict.fromkeys(reasons)) if truth is None else "", is_open)


def changed_by(role: Role, giver: Object | None) -> str:
    """Why it cannot be told who may assume a role: a kustomization changes the role or the object that gives it to a
    service account, or that object is not pushed or is refused; "" for no reason."""
    of_role = altered(role.object, "content")
    if of_role or giver is None:
        return of_role
    return altered(giver, "content") or not_pushed(giver) or refusal(giver)


def moved_by(role: Role, giver: Object | None) -> str:
    """What gives the role, or the object that gives it away, another namespace or name than is written; "" for
    nothing."""
    of_role = altered(role.object, "namespace")
    return of_role or (altered(giver, "name", "namespace") if giver is not None else "")
