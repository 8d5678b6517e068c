"""Commit messages: what Git keeps of the file that the author wrote, and what a subject says.

`message(data, settings, edited=…)` cleans a message as git-commit(1) does (--cleanup,
core.commentChar, the scissors line). `reading(message)` tells a subject that says something from
filler, keyboard mash, and what platforms write by themselves. Words of filler are kept for the
languages that public repositories are written in; a subject in any other is left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from mlops_checklist.outcome import Outcome, Place, evidence, violation


class Message(NamedTuple):
    """A commit message: its subject, in which line it stands, and the body below it."""

    subject: str
    line: int
    body: str


class Reading(NamedTuple):
    """What a subject is: `kind` is "fine", "exempt", "empty", "short", "filler" or "generated"."""

    kind: str
    why: str = ""


# --- Reading the file ---------------------------------------------------------------------

_SCISSORS = "------------------------ >8 ------------------------"  # wt-status.c
_LONGEST, _LONGEST_SUBJECT = 100_000, 500  # bytes, characters; what is longer says enough
_COMMENT_CHARACTERS = "#;@!$%^&|:"  # what core.commentChar=auto chooses from, git-config(1)


def message(data: bytes, settings: Mapping[str, str], *, edited: bool) -> Message:
    """Return the message in the file that Git hands to a commit-msg hook.

    `settings` are Git's, by lower-case name; `edited` tells whether an editor was opened: without
    one, lines that begin with the comment character stay (git-commit(1), --cleanup=default).
    """
    data = data[:_LONGEST]
    lines = re.split(r"\r\n|\n|\r", _decoded(data, settings.get("i18n.commitencoding", "utf-8")))
    mode = settings.get("commit.cleanup", "default")
    if mode == "default":
        mode = "strip" if edited else "whitespace"
    comment = settings.get("core.commentstring") or settings.get("core.commentchar", "#")
    if comment == "auto":
        last = next((line for line in reversed(lines) if line.strip()), "#")
        comment = last[0] if last[0] in _COMMENT_CHARACTERS else "#"
    for number, line in enumerate(lines):
        if line == f"{comment} {_SCISSORS}":  # of --verbose as well, whatever the mode
            del lines[number:]
            break
    if mode == "strip":
        lines = ["\0" if line.startswith(comment) else line for line in lines]
    kept = [(number, line) for number, line in enumerate(lines, 1) if line.strip("\0 \t")]
    if not kept:
        return Message("", 1, "")
    first, subject = kept[0]
    body = "\n".join(line for _, line in kept[1:])
    return Message(subject.strip()[:_LONGEST_SUBJECT], first, body)


def _decoded(data: bytes, encoding: str) -> str:
    for name in ("utf-8-sig", encoding):
        with suppress(LookupError, UnicodeDecodeError):
            return data.decode(name)
    return data.decode("latin-1")


# --- What a subject says ------------------------------------------------------------------

_EXEMPT = re.compile(
    r"(?i)^(?:merge[d]?\b.*\b(?:branch|pull request|pr|tag|commit|remote-tracking|into|from|with)\b"
    r"|merge \S|merged in \S|auto(?:matic)?[- ]merge|revert(?:ed|s)?\b[ :]+\S|reapply \S"
    r"|(?:fixup|squash|amend)! |(?:initial|first|root|empty) commit\W*$|initial import\W*$"
    r"|init(?:ial)?\W*$"
    r"|bump \S+|(?:build|chore|fix)\((?:deps|deps-dev)\)|update dependency \S|update module \S"
    r"|\[?(?:renovate|dependabot|snyk|pre-commit\.ci)\b)"
)
_RELEASE = re.compile(
    r"(?i)^(?:release|version|prepare|preparing|tag|cut|bump version|bump|publish)?[ :]*"
    r"(?:to |for |release )?[\w-]*?v?\d+(?:\.\d+)+[\w.+-]*(?: release| \(\S+\))?$"
    r"|^release v?\d+$|^v\d+$"
)
_REFERENCE = re.compile(
    r"(?i)^(?:[A-Z][A-Z0-9]+-\d+|(?:closes|fixes|resolves|refs?|see)?[ :]*#\d+|GH-\d+)$"
)
_FILE = r"[^\s]*[\w)-]\.(?:[a-z]\w{0,9}|[A-Z]{1,5})"
_GENERATED = (
    r"^Pushed from Domino\b",
    r"^(?:Added|Add) files via upload$",
    rf"^(?:Update|Updated|Create|Created|Delete|Deleted|Add|Added|Edit|Edited|Replace|Rename)d? "
    rf"(?:file )?[\"'`]?(?:[\w.-]+/)*{_FILE}[\"'`]?(?: to \S+)?(?: file)?$",
    r"^(?:Update|Create|Delete|Rename) (?:\S+ )?(?:\.\w[\w.-]*|Dockerfile|Makefile)$",
    r"^(?:Upload(?:ed)?|Add) (?:new |\d+ )?(?:files?|directory|folder|notebook)s?(?: to \S*)?$",
    r"^Upload \S+ with huggingface_hub$|^Upload (?:folder|model|tokenizer)\b.*huggingface_hub$",
    r"^Training in progress,? (?:step|epoch) \d+$|^End of training$",
    r"^Create[d]? using Colab(?:oratory)?$",
    r"(?:edited|created|deleted) online with Bitbucket$",
    r"^Kaggle Notebook \|",
    r"^Update on Overleaf",
    r"^vault backup\b|^(?:auto|automatic|automated)[- ]?(?:commit|save|backup|update|sync)\b"
    r"(?!.*\b(?:from|of|for)\b)",
    r"^(?:commit|backup|sync|snapshot|checkpoint|save)(?:ted)?(?: (?:by|from|at|on))? ?[-:]?"
    r"(?: \S+)? ?\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*$",
    r"^commit(?:ted)? (?:by|from) \S+(?: \S+)?$",
    r"^Commit from (?:Jupyter|Databricks|Studio|SageMaker|GitHub|Visual Studio)\b.*$",
)
_CONVENTIONAL = re.compile(
    r"^(?:build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test|wip|data|model|exp)"
    r"(?:\([^)]*\))?!?:\s*",
    re.IGNORECASE,
)
# Words that say that something was done, and not what. Of a subject that has others, nothing.
_FILLER = frozenset(
    # English
    "a an the and or of to in on at for with my our your it its this that these those i we be is "
    "are was all any some more most other another few bit lot lots little small tiny minor major "
    "big huge various several misc miscellaneous general generic random stuff thing things "
    "something anything everything etc fix fixes fixed fixing fixup hotfix bugfix bugfixes "
    "quickfix patch patches bug bugs issue issues problem problems error errors update updates "
    "updated updating upd change changes changed changing modification modifications modify "
    "modified mod mods edit edits edited editing tweak tweaks tweaked tweaking adjust adjustment "
    "adjustments adjusted improve improvement improvements improved improving refactor refactored "
    "refactoring cleanup cleanups clean cleaned cleaning up work working works worked wip "
    "progress commit commits committed committing push pushed pushing save saved saving "
    "checkpoint backup sync temp tmp temporary test testing tested try tries tried trying attempt "
    "done finish finished finishing final finally finalize complete completed last latest newest "
    "new newer old version versions ver v code codes coding file files folder script scripts "
    "notebook notebooks project repo repository stage step part next first second third one two "
    "three now again better good nice great cool ok okay yes no lol haha hehe oops ups whoops ugh "
    "argh meh hmm dummy example much what which how whole entire please just really actually very "
    "so day today yesterday tonight morning night end start initial add adds added adding remove "
    "removed removing delete deleted make made making do does did doing not as by from after "
    "before yet still back also daily weekly current corrections correction correct corrected "
    "revision revisions revised review reviewed comments feedback suggestions requested requests "
    "additional further extra rest remaining missing things todo message msg blah bla foo bar baz "
    "hello world dunno idk whatever nothing important trivial local remote main master dev "
    "develop draft copy resolved solve solved quick finalised finalized stable "
    # French, Spanish, Portuguese, Italian
    "le la les un une des de du et corrections correctif correctifs modifications modif modifs "
    "mise mises a à jour maj changement changements ajout ajouts divers diverses petite petites "
    "finais finales petit petits travail en cours sauvegarde essai essais el los las una unos "
    "unas y cambio cambios arreglo arreglos corrección correccion correcciones actualización "
    "actualizacion actualizaciones actualizado actualizar ajuste ajustes varios varias pequeño "
    "pequeños pruebas prueba mejoras mejora avance avances o os as e alteração alteracao "
    "alterações alteracoes correção correcao correções correcoes atualização atualizacao "
    "atualizações atualizado atualizando mudança mudanças mudancas melhorias melhoria teste "
    "testes pequenas pequenos código codigo codice il lo gli modifica modifiche aggiornamento "
    "aggiornamenti correzione correzioni varie vari piccole prova prove "
    # German, Dutch, Polish, Turkish, Indonesian
    "der die das ein eine und änderung änderungen aenderungen anpassung anpassungen korrektur "
    "korrekturen aktualisierung aktualisiert verbesserungen verbesserung kleine kleinigkeiten "
    "diverse fehler behoben fehlerbehebung zwischenstand weiter aufgeräumt wijziging wijzigingen "
    "aanpassing aanpassingen zmiana zmiany poprawka poprawki aktualizacja drobne różne düzeltme "
    "düzeltmeler güncelleme güncellemeler değişiklik değişiklikler küçük perubahan perbaikan "
    "pembaruan revisi "
    # Russian, Ukrainian
    "исправление исправления исправил исправлено правка правки изменение изменения обновление "
    "обновления обновил фикс фиксы мелкие мелкая разное разные код кода небольшие небольшой "
    "доработка доработки виправлення зміни оновлення правки".split()
)
_FILLER_EAST_ASIAN = re.compile(
    r"^(?:修复|修正|修改|更新|变更|變更|調整|调整|提交|测试|測試|临时|暫存|优化|優化|完善|代码|代碼|文件|问题"
    r"|問題|一些|小|的|了|再次|最新|版本|bug|バグ|変更|更新|対応|微|テスト|コミット|仮|一時|ファイル|コード|を|の"
    r"|した|しました|する"
    r"|수정|업데이트|변경|커밋|테스트|버그|임시|코드|파일|작업|중|완료|및|소소한|wip|fix|update|commit)+$"
)
_ROWS = tuple("qwertyuiop asdfghjkl zxcvbnm 1234567890 йцукенгшщзхъ фывапролджэ ячсмитьбю".split())
_KNOWN_CONSONANTS = frozenset("https xhtml".split())


def reading(written: Message, branch: str = "") -> Reading:
    """Tell what the subject of a message says. A body that says something makes up for it."""
    subject = written.subject
    if not subject:
        return Reading("empty")
    if _EXEMPT.match(subject) or _RELEASE.match(subject):
        return Reading("exempt")
    if any(re.search(pattern, subject, re.IGNORECASE) for pattern in _GENERATED[1:]) or re.search(
        _GENERATED[0], subject
    ):
        return Reading("generated")
    found = _subject(subject, branch)
    if found.kind in ("short", "filler") and _explains(written.body):
        return Reading("fine")
    return found


def _subject(subject: str, branch: str) -> Reading:
    if _REFERENCE.match(subject) or re.search(r"\w.* #\d", subject):
        return Reading("fine")
    text = _CONVENTIONAL.sub("", subject)
    is_typed = text != subject
    plain = _without_emoji(text)
    words = re.findall(r"[^\W_]+(?:['\u2019.+#-][^\W_]+)*", plain)
    if not words:
        return Reading("filler", "it has no words")
    if re.fullmatch(_FILE, plain.strip("'\"` ")) and not is_typed:
        return Reading("filler", "it is a file's name alone")
    if branch and _plain(plain) == _plain(branch):
        return Reading("filler", "it is the branch's name")
    if _is_east_asian(plain):
        joined = "".join(words).lower()
        if _FILLER_EAST_ASIAN.match(joined):
            return Reading("filler", "it does not say what changed")
        wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in joined)
        return Reading("fine" if wide >= 6 else "short")
    lowered = [word.lower() for word in words]
    if all(_is_filler(word) for word in lowered):
        return Reading("filler", "it does not say what changed")
    if all(_is_filler(word) or _is_mash(word) for word in lowered):
        return Reading("filler", "it has no words")
    if len(plain.strip()) < 4:
        return Reading("short")
    # `fix: typo` and `feature/login` are two words.
    if len(words) == 1 and not is_typed and not re.search(r"[/_.:-]\w|\w[A-Z]", plain.strip()):
        return Reading("short")
    return Reading("fine")


def _is_filler(word: str) -> bool:
    if re.search(r"\d\.\d", word):
        return False  # a version
    parts = re.split(r"['\u2019.-]", word)
    return all(part in _FILLER or re.fullmatch(r"v?\d*|[a-z]", part) is not None for part in parts)


def _is_mash(word: str) -> bool:
    """Tell whether a word is what fingers do: `asdf`, `jkjkjk`, `aaaa`, `sdkfjh`."""
    if len(word) < 3:
        return len(word) == 1
    if re.fullmatch(r"(.{1,3}?)\1{2,}.{0,2}|(.)\2{2,}", word):
        return True
    for row in _ROWS:
        ways = (row, row[::-1])
        if len(word) >= 4 and any(word[:4] in each or word[-4:] in each for each in ways):
            return True
    home = set(word) <= set("asdfghjkl;") and len(word) >= 4
    if home and re.fullmatch(r"a?[sdfghjkl]{3,}a?", word):
        return True
    consonants = re.fullmatch(r"[bcdfghjklmnpqrstvwxz]{5,}", word)
    return consonants is not None and word not in _KNOWN_CONSONANTS


def _without_emoji(text: str) -> str:
    text = re.sub(r":[a-z0-9_+-]+:", " ", text)
    symbols = ("So", "Sk", "Cn", "Cs")
    return "".join(c for c in text if unicodedata.category(c) not in symbols).strip()


def _is_east_asian(text: str) -> bool:
    return re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", text) is not None


def _explains(body: str) -> bool:
    """Tell whether a body says something: more than trailers, references and filler."""
    trailer = r"[A-Z][\w-]+: \S|\(?cherry"
    lines = [line for line in body.splitlines() if not re.match(trailer, line)]
    words = re.findall(r"[^\W\d_]{2,}", " ".join(lines))
    if _is_east_asian("".join(words)):
        return sum(map(len, words)) >= 6
    return sum(not _is_filler(word.lower()) for word in words) >= 3


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


# --- What both hooks say of a message -----------------------------------------------------

RULES = {
    "empty": "The commit message is empty.",
    "too-short": "The subject is one word, or shorter than four characters.",
    "low-information": "The subject does not say what changed.",
    "generated": "A platform or website wrote the subject.",
    "not-conventional": "The subject has no type as Conventional Commits want it.",
    "pattern": "The message does not match the pattern that the team asks for.",
}
_ADVICE = "say what changes"


def judged(written: Message, branch: str, *, conventional: bool, pattern: str) -> Iterator[Outcome]:
    """Yield what is to be said of a message.

    `pattern` is a regular expression that it must match somewhere, "" for none.
    """
    told = reading(written, branch)
    place, subject = Place(written.line), written.subject
    quoted = f"'{subject if len(subject) <= 60 else subject[:57] + '...'}'"
    if told.kind == "exempt":
        return
    if told.kind == "empty":
        yield violation("empty", place, f"the commit message is empty; {_ADVICE}")
        return
    if told.kind == "short":
        yield violation("too-short", place, f"{quoted} is too short to tell; {_ADVICE}")
    elif told.kind == "filler":
        yield violation("low-information", place, f"{quoted}: {told.why}; {_ADVICE}")
    elif told.kind == "generated":
        yield violation("generated", place, f"a platform wrote {quoted}; {_ADVICE}")
    else:
        yield evidence("meaningful", place, "the subject says what changes")
    if conventional and not re.match(_CONVENTIONAL_SUBJECT, subject):
        yield violation(
            "not-conventional",
            place,
            f"{quoted} has no type as in 'fix(loader): keep the last batch'; begin with one",
        )
    if pattern and not re.search(pattern, f"{subject}\n{written.body}"):
        yield violation(
            "pattern", place, f"{quoted} does not match '{pattern}'; add what it asks for"
        )


# Conventional Commits 1.0.0: a type, perhaps a scope and "!", a colon and a space.
_CONVENTIONAL_SUBJECT = r"[A-Za-z]+(?:\([^()\n]+\))?!?: \S"


# --- Asking Git ---------------------------------------------------------------------------


def git_settings() -> dict[str, str]:
    """Return Git's settings that change how a message is read, by lower-case name."""
    names = r"^(core\.comment(char|string)|commit\.cleanup|i18n\.commitencoding)$"
    said = _git("config", "-z", "--get-regexp", names)
    pairs = (entry.partition("\n") for entry in said.decode("utf-8", "replace").split("\0"))
    return {name.lower(): value for name, _, value in pairs if name}


def branch() -> str:
    """Return the current branch, or "" where there is none."""
    return _git("symbolic-ref", "--quiet", "--short", "HEAD").decode("utf-8", "replace").strip()


def is_merge() -> bool:
    """Tell whether a merge is being concluded: Git wrote its message."""
    return bool(_git("rev-parse", "--quiet", "--verify", "MERGE_HEAD"))


def commits(first: str, last: str) -> list[tuple[str, bytes]]:
    """Return abbreviated name and message of the commits after `first` up to `last`, oldest first.

    Merges are left out. Raises ValueError, with Git's words, where there are none of these names.
    """
    import subprocess

    form = ("--format=%h%n%B", "--end-of-options")  # what follows is no option
    wanted = f"{first}..{last}" if first else last
    done = subprocess.run(
        ["git", "log", "--reverse", "--no-merges", "-z", "--encoding=UTF-8", *form, wanted, "--"],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ValueError(words[0] if words else "git log failed")
    entries = (entry.partition(b"\n") for entry in done.stdout.split(b"\0") if entry)
    return [(name.decode("ascii"), body) for name, _, body in entries]


def _git(*arguments: str) -> bytes:
    import subprocess

    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=False).stdout
    except OSError:
        return b""
