"""Is everything encrypted that should be, and can those decrypt it who should?"""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.check import Outcome, check
from gitopslint.model.document import dotted
from gitopslint.model.finding import Doubt, Offence, Related
from gitopslint.model.sops import CreationRule, Leaf, Metadata, Part, Recipient, SopsFile, SopsGap
from gitopslint.model.span import file_start

_MOST = 3
_CLEAR = ("plain", "reference")  # among encrypted values a reference is as wrong as a secret


@check("unencrypted-secret", over=SopsGap)
def unreadable_sops_config(gap: SopsGap, _: object) -> Iterator[Outcome]:
    """What an unreadable rule covers is not known."""
    yield Doubt(gap.reason, gap.remedy, gap.span)


@check("unencrypted-secret", over=SopsFile)
def unencrypted_secret(file: SopsFile, _: object) -> Iterator[Outcome]:
    """A file or value in plain text that should be encrypted, and ciphertext that nobody can decrypt."""
    if file.unreadable is not None:
        yield Doubt(file.unreadable, "repair the file, or exclude it", file_start(file.path))
        return
    clear = [part for part in file.parts if part.metadata is None]
    for part in file.parts:
        if part.metadata is not None:
            yield from _encrypted(part, part.metadata, file)
    ciphertext = [leaf for part in clear for leaf in part.leaves if leaf.kind in ("ciphertext", "broken")]
    if ciphertext:
        yield Offence(
            f"{_counted(ciphertext)} of this file {_are(ciphertext)} ciphertext, and it has no sops block, so nobody "
            f"can decrypt it: restore the block, or encrypt the file again",
            ciphertext[0].span,
            _others(ciphertext),
            ciphertext[0].key_path,
        )
    elif clear and file.encrypted:
        for part in clear:
            plain = [leaf for leaf in part.leaves if leaf.kind == "plain" and leaf.selected is not False]
            if plain and part.manifest not in (None, "Secret"):
                # Flux decrypts one manifest after the other; SOPS itself wants a block in each document.
                yield Doubt(
                    "a manifest that is no Secret has no sops block, while others of its file have one: what decrypts "
                    "the file as a whole refuses it",
                    "give it a file of its own",
                    plain[0].span,
                )
            elif plain:
                yield Offence(
                    f"this document has no sops block, while others of the file have one: {_counted(plain)} "
                    f"{_are(plain)} in plain text; encrypt the whole file with `sops --encrypt`",
                    plain[0].span,
                    _others(plain),
                    plain[0].key_path,
                )
    elif clear and file.rule is not None:
        yield from _not_encrypted(file, file.rule)


def _encrypted(part: Part, metadata: Metadata, file: SopsFile) -> Iterator[Outcome]:
    for second in part.duplicates:
        yield Offence("this key is there twice, and SOPS refuses such a file: keep one of the two", second)
    if len(metadata.selectors) > 1:
        names = " and ".join(name for name, _ in metadata.selectors)
        yield Offence(
            f"the sops block has {names}, and SOPS allows one: keep one of them, and encrypt the file again",
            metadata.span,
            key_path=("sops",),
        )
    else:
        yield from _values(part, metadata)
    yield from _block(metadata, file.rule)


def _values(part: Part, metadata: Metadata) -> Iterator[Outcome]:
    selector = "".join(f" by {name} {text!r}" for name, text in metadata.selectors)
    full = [leaf for leaf in part.leaves if leaf.kind != "empty"]
    if unknown := [leaf for leaf in full if leaf.kind in _CLEAR and leaf.selected is None]:
        reason = f"which values are to be encrypted{selector} is not known: the pattern cannot be matched here"
        yield Doubt(reason, "write the pattern without what is not known", unknown[0].span)
    if full and not any(leaf.selected is not False or leaf.kind not in _CLEAR for leaf in full):
        yield Offence(
            f"SOPS encrypts nothing in this file: no key is selected{selector}; correct the selector and encrypt again",
            metadata.span,
            key_path=("sops",),
        )
        return
    for leaf in full:
        name = dotted(leaf.key_path)
        if leaf.kind == "broken":
            yield Offence(
                f"the value of {name} looks like ciphertext and is damaged, so SOPS cannot decrypt it: restore it",
                leaf.span,
                key_path=leaf.key_path,
            )
        elif leaf.kind in _CLEAR and leaf.selected:
            yield Offence(
                f"the value of {name} is in plain text among encrypted ones: edit the file with `sops`, and "
                f"replace what was readable",
                leaf.span,
                key_path=leaf.key_path,
            )
        elif leaf.kind == "plain" and leaf.credential:
            yield Offence(
                f"the value of {name} looks like a secret, and SOPS leaves it in plain text{selector}",
                leaf.span,
                key_path=leaf.key_path,
                at_most=None if leaf.certain else "warning",
            )
        elif leaf.kind == "ciphertext" and leaf.selected is False:
            yield Offence(
                f"the value of {name} is ciphertext, and SOPS leaves it as it is{selector}: what is deployed is the "
                f"ciphertext",
                leaf.span,
                key_path=leaf.key_path,
            )


def _block(metadata: Metadata, rule: CreationRule | None) -> Iterator[Outcome]:
    if metadata.mac is None:
        yield _about_block("the sops block has no mac, so SOPS refuses the file: encrypt it again", metadata)
    elif metadata.mac != "ciphertext":
        yield _about_block("the mac in the sops block is damaged, so SOPS refuses the file: restore it", metadata)
    if not metadata.recipients:
        yield _about_block(
            "the sops block names no recipient, so nobody can decrypt the file: encrypt it again", metadata
        )
    elif rule is not None and rule.recipients:
        lacking, further = rule.recipients - metadata.recipients, metadata.recipients - rule.recipients
        said = [f"not for {_listed(lacking)}"] if lacking else []
        said += [f"also for {_listed(further)}"] if further else []
        if said:
            yield Offence(
                f"the file is encrypted {' and '.join(said)}, unlike {rule} says: run `sops updatekeys`",
                metadata.span,
                (Related(rule.span, "the creation rule"),),
                ("sops",),
                at_most="warning",
            )


def _not_encrypted(file: SopsFile, rule: CreationRule) -> Iterator[Outcome]:
    """Judge a covered file without any ciphertext by how sure it is that it should have some."""
    related = (Related(rule.span, "the creation rule that covers it"),)
    way_out = "encrypt it with `sops --encrypt --in-place`, and replace what was readable"
    for part in file.parts:
        plain = [leaf for leaf in part.leaves if leaf.kind == "plain" and leaf.selected is not False]
        certain = [leaf for leaf in plain if leaf.certain]
        looking = [leaf for leaf in plain if leaf.credential]
        if part.manifest is not None and part.manifest != "Secret":
            continue  # a Deployment or a Kustomization beside Secrets is no secret
        found = certain if part.manifest is not None else plain
        surely = rule.reach == "secrets" or file.secretive or part.manifest is not None
        if not surely:
            found = looking if rule.reach == "places" else []
        if found:
            yield Offence(
                f"{_counted(found)} of this file {_are(found)} in plain text, and {rule} says that it is encrypted: "
                f"{way_out}",
                found[0].span,
                (*related, *_others(found)),
                found[0].key_path,
            )
        elif rule.reach != "everything" and (missed := [one for one in part.leaves if _is_missed(one)]):
            yield Offence(
                f"{_counted(missed)} of this file {_look(missed)} like a secret, and {rule} would leave it in plain "
                f"text: correct what the rule selects, and encrypt the file",
                missed[0].span,
                (*related, *_others(missed)),
                missed[0].key_path,
                at_most=None if any(one.certain for one in missed) else "warning",
            )
        elif plain and not surely and rule.reach == "places":
            yield Doubt(
                f"whether the files without a sops block that {rule} covers hold secrets is not known",
                "narrow path_regex to files that are encrypted, or encrypt these",
                file_start(file.path),
            )


def _is_missed(leaf: Leaf) -> bool:
    return leaf.kind == "plain" and leaf.selected is False and leaf.credential


def _about_block(message: str, metadata: Metadata) -> Offence:
    return Offence(message, metadata.span, key_path=("sops",))


def _others(leaves: list[Leaf]) -> tuple[Related, ...]:
    return tuple(Related(leaf.span, "also this one") for leaf in leaves[1 : _MOST + 1])


def _counted(leaves: list[Leaf]) -> str:
    return "a value" if len(leaves) == 1 else f"{len(leaves)} values"


def _are(leaves: list[Leaf]) -> str:
    return "is" if len(leaves) == 1 else "are"


def _look(leaves: list[Leaf]) -> str:
    return "looks" if len(leaves) == 1 else "look"


def _listed(recipients: frozenset[Recipient]) -> str:
    names = sorted(map(str, recipients))
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
