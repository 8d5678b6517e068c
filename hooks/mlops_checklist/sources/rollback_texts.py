"""Plans for rolling back, as documents describe them: a section with steps that somebody can take.

A step is a command, an item that says what to do with a version, or a sentence that does. A heading
alone, a sentence that only names the word, and the rollback of a database transaction are no plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import markdown
from mlops_checklist.sources.files import File
from mlops_checklist.sources.markdown import Line

TRIGGER = re.compile(
    rb"(?i)roll(?:ing|ed)?[ -]?back|revert|zur\xc3\xbcck|r\xc3\xbcck|retour arri|restaur|ripristin"
    rb"|reversi|terugdraai|fallback" + "|ロールバック|回滚".encode()
)
_TITLE = re.compile(
    r"(?i)\broll(?:ing|ed)?[ -]?backs?\b"
    r"|\brevert(?:ing)? (?:a |the )?(?:model|deploy|release|version)"
    r"|rückroll|zurückroll|\brücksetz|retour arrière|restauration|reversión|restauraci|ripristino"
    r"|terugdraai|ロールバック|回滚"
)
_COMMAND = re.compile(
    r"\b(?:kubectl|helm|git|docker|argocd|argo|flux|aws|az|gcloud|terraform|mlflow|dvc|make|python\d?"
    r"|bash|sh|systemctl|ansible-playbook|gh|domino|oc|poetry|uv|curl|sql|alembic|bentoml|\./[\w./-]+)"
    r"[ \t]+\S"
)
_DOING = re.compile(
    r"(?i)\b(?:set|move|point|switch|restore|redeploy|deploy|revert|roll|promote|restart|select|choose"
    r"|pick|find|identify|change|update|run|start|stop|scale|check|verify|confirm|publish|open|click"
    r"|go|notify|tag|assign|reset|use|re-?point|merge|trigger|archive"
    r"|setze?n?|starte?n?|prüfe?n?|wähle?n?|déployer|relancer|vérifier|choisir|desplegar|reiniciar"
    r"|verificar|elegir|cambiar|ripristinare|verificare|avviare)\b"
)
_WHAT = re.compile(
    r"(?i)\b(?:version|alias|image|tag|release|revision|deployment|model|champion|endpoint|service"
    r"|commit|snapshot|environment|stage|registry|traffic|metric|dashboard|health|alert|modell|modèle"
    r"|modelo|modello|versión|versione)\w*\b"
)
_TODO = re.compile(r"(?i)\b(?:todo|tbd|to be (?:done|defined|written)|coming soon|n/?a)\b|^\W*$")


class Section(NamedTuple):
    """A section on rolling back: its title, where it stands, and how many steps it has."""

    title: str
    place: Place
    steps: int


def sections(file: File) -> Iterator[Section]:
    """Yield the sections of a Markdown document that are on rolling back. Raises Unreadable.

    Of sections within one another, the outermost counts.
    """
    document = file.read(markdown.markdown)
    until = 0
    for section in document.sections:
        if section.place.line < until or not _TITLE.search(section.title):
            continue
        until = section.lines[-1].number + 1 if section.lines else section.place.line + 1
        yield Section(section.title, section.place, _steps(section.lines))


def _steps(lines: Sequence[Line]) -> int:
    """Count the lines that say what to do."""
    count = 0
    for line in lines:
        if line.kind == "code":
            stripped = line.text.strip().lstrip("$ >")
            counts = bool(stripped) and not stripped.startswith(("`", "~", "#"))
        elif line.kind == "text" and not _TODO.search(line.visible):
            counts = _COMMAND.search(line.text) is not None and "`" in line.text
            counts = counts or bool(_DOING.search(line.visible) and _WHAT.search(line.visible))
        else:
            counts = False
        count += counts
    return count
