"""A report as a piece that can be joined with others, and the report that pieces make together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gitopslint.engine.baseline import Record, Sight, held_against
from gitopslint.engine.conclusion import Frame, compare, concluded, narrowed, nothing_more
from gitopslint.engine.joining import Joined, joined
from gitopslint.engine.selection import Selection
from gitopslint.engine.viewpoint import Viewpoint
from gitopslint.loaders.baseline import BaselineError, read_baseline
from gitopslint.model.claim import Claim
from gitopslint.model.finding import Report
from gitopslint.model.part import About, Piece, RecordText, RuledClaim
from gitopslint.model.rule import Catalogue
from gitopslint.model.secret import SECRET_RULES
from gitopslint.model.share import ALL, Share


class PieceError(Exception):
    """Pieces do not make a whole; the message says why."""


def piece_of(everything: Joined, frame: Frame, share: Share, tool: str, state: str, seal: bytes) -> Piece:
    """Return what was found, for a report that will be joined with others.

    Values that apps are compared by go with it, each as a digest that `seal` keys: some may be secrets.
    """
    part = everything.part()
    claims = tuple(RuledClaim(one.rule, _sealed(one.claim, seal)) for one in part.claims)
    about = About(
        tool,
        state,
        share,
        frame.prefix,
        frame.scope,
        frame.contract_file,
        frame.view.other,
        frame.view.turned,
        tuple(frame.selection.levels.items()),
        tuple(frame.catalogue),
        tuple(rule for rule in frame.catalogue.values() if rule.own),
        frame.board,
        frame.today,
    )
    return Piece(about, part._replace(claims=claims))


def whole(pieces: Sequence[Piece], shipped: Catalogue, tool: str) -> Report:
    """Return the report that one run without shares would have made. Raises PieceError."""
    first = pieces[0].about
    for about in (one.about for one in pieces):
        if about.tool != tool:
            raise PieceError(f"it was written by gitopslint {about.tool}, and this is {tool}: use the same everywhere")
        if (difference := _difference(about, first)) is not None:
            raise PieceError(f"the parts are not of one run: {difference}")
    _require_all([one.about.share for one in pieces])
    everything = joined(one.part for one in pieces)
    own = {rule.name: rule for rule in first.own}
    try:
        catalogue = {name: own[name] if name in own else shipped[name] for name in first.rules}
    except KeyError as error:
        raise PieceError(f"it names a rule that does not exist: {error}") from None
    frame = Frame(
        Viewpoint(first.other, first.turned),
        catalogue,
        Selection(dict(first.levels)),
        first.prefix,
        first.scope,
        first.contract_file,
        first.board,
        # Shares may have been checked before and after midnight.
        max((one.about.today for one in pieces if one.about.today is not None), default=None),
    )
    compare(everything, frame, nothing_more)
    about = first._replace(share=ALL, today=frame.today)
    report = narrowed(_held(concluded(everything, frame), about, frame), frame.scope)
    comparison = about.comparison if about.comparison is not None else report.comparison
    return report._replace(comparison=comparison, fixed=about.fixed, piece=Piece(about, everything.part()))


def _held(report: Report, about: About, frame: Frame) -> Report:
    """Hold a report against the baseline that its parts were held against. Raises PieceError."""
    if about.baseline is None:
        return report
    path, text = about.baseline
    data = text.encode("utf-8", "surrogateescape")
    try:
        record = Record(path, data, read_baseline(about.prefix + path, data))
    except BaselineError as error:
        raise PieceError(str(error)) from None
    sight = Sight(frame.selection, frame.scope, SECRET_RULES if frame.view.turned else ())
    return held_against(report, record, sight, frame.today or "")


def with_comparison(report: Report) -> Report:
    """Return a report whose piece knows of its comparison."""
    return _with_about(report, lambda about: about._replace(comparison=report.comparison))


def with_record(report: Report, record: Record) -> Report:
    """Return a report whose piece knows the baseline that it was held against."""
    text = record.data.decode("utf-8", "surrogateescape")
    return _with_about(report, lambda about: about._replace(baseline=RecordText(record.path, text)))


def with_fixed(report: Report, fixed: int) -> Report:
    """Return a report that knows how many findings were removed, and whose piece does."""
    return _with_about(report._replace(fixed=fixed), lambda about: about._replace(fixed=fixed))


def _with_about(report: Report, change: Callable[[About], About]) -> Report:
    if not isinstance(report.piece, Piece):
        return report
    return report._replace(piece=report.piece._replace(about=change(report.piece.about)))


def _require_all(shares: list[Share]) -> None:
    """Raise PieceError unless every share is there once."""
    of = shares[0].of
    numbers = [share.number for share in shares]
    doubled = sorted({number for number in numbers if numbers.count(number) > 1})
    if doubled:
        raise PieceError(f"{_listed(doubled, of)} given more than once")
    if missing := sorted(set(range(1, of + 1)) - set(numbers)):
        raise PieceError(f"{_listed(missing, of)} missing: give the reports of all {of} shares")


def _listed(numbers: Iterable[int], of: int) -> str:
    shares = [f"{number}/{of}" for number in numbers]
    return f"share {shares[0]} is" if len(shares) == 1 else f"the shares {', '.join(shares)} are"


def _difference(one: About, other: About) -> str | None:
    """Say in what two parts differ that should differ in nothing but their share."""
    if one.share.of != other.share.of:
        return f"one is of {other.share.of} shares, another of {one.share.of}"
    if one.state != other.state:
        return "they were made of different commits, contracts or uncommitted changes"
    same = one._replace(share=other.share, today=other.today)
    differing = [name for name in About._fields if getattr(same, name) != getattr(other, name)]
    if differing:
        return f"they were made with different options ({', '.join(differing)})"
    return None


def _sealed(claim: Claim, seal: bytes) -> Claim:
    """Return a claim whose value can be compared with others and not be read."""
    import hashlib

    value = claim.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # to the rules, 1 and 1.0 are equal
    kind = "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
    text = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
    return claim._replace(value=hashlib.blake2b(text, key=seal[:64], digest_size=16).hexdigest())
