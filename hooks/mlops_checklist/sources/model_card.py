"""Model cards: what a card says, whichever form it has, and what its template left behind.

Hugging Face cards (a Markdown file whose front matter has the keys of a model, not those of a
data set or a Space), Markdown, JSON and YAML files called `model_card*`, those of the Model Card
Toolkit (JSON in its schema's or its proto's spelling, rendered Markdown and HTML), the `modelCard`
of a machine-learning component in a CycloneDX bill of materials, and the AI packages of SPDX 3.

A card is read as fields, a label with a text: headings with what stands below, `Label: text`
lines, table rows, front-matter keys, paths of keys. So one table of synonyms serves all forms.
Key names: https://huggingface.co/docs/hub/model-cards, https://cyclonedx.org/docs/1.6/json/;
github.com/tensorflow/model-card-toolkit: model_card_toolkit/schema/v0.0.2/model_card.schema.json,
proto/model_card.proto and the templates of template/; github.com/spdx/spdx-3-model:
model/AI/Classes/AIPackage.md, with github.com/spdx/spdx-examples: ai/ for their JSON-LD.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import markdown, yaml
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.located_json import Object, String

if TYPE_CHECKING:
    from mlops_checklist.sources.markdown import Line, Markdown


class Field(NamedTuple):
    """A label and the text that it stands for."""

    label: str
    text: str


class Residue(NamedTuple):
    """What a template left behind, and where."""

    text: str
    place: Place


class Card(NamedTuple):
    """A model card: where it begins, its fields, its running text, and its unfilled places."""

    place: Place
    fields: tuple[Field, ...]
    prose: str
    residues: tuple[Residue, ...]


_NAME = re.compile(r"(?:.*[-_ .])?model[-_ ]?card(?:[-_ .].*)?\.(?:md|markdown|json|ya?ml)", re.I)
_TITLE = re.compile(r"model card(?: for\b|\s*[:–—-]|$)|.*\bmodel card$", re.I)  # noqa: RUF001
_MODEL_KEYS = re.compile(r"(?m)^(?:pipeline_tag|library_name|base_model|model[-_]index)[ \t]*:")
_OTHER_KEYS = re.compile(  # of a Space, of a data set
    r"(?m)^(?:sdk|app_file|colorFrom|dataset_info|task_categories|task_ids|size_categories"
    r"|annotations_creators|source_datasets)[ \t]*:"
)
# Without one of these a JSON file that is not called so holds no card: those of CycloneDX, of the
# Model Card Toolkit, of SPDX.
_JSON = rb"\"modelCard\"|\"model_?[dD]etails\"|AIPackage\""


def cards(file: File) -> list[Card]:
    """Return the model cards in a Markdown, HTML, JSON or YAML file, none where it holds none.

    Raises Unreadable where the file is one, or must be by its name, and cannot be parsed.
    """
    name = file.path.replace("\\", "/").rpartition("/")[2]
    if "template" in name.lower():
        return []
    named = _NAME.fullmatch(name) is not None
    if file.kind == "markdown":
        return _markdown_cards(file, named)
    if file.kind == "json" and (named or file.matches(_JSON)):
        return _json_cards(file, named)
    if file.kind == "html":
        return _html_cards(file)
    if file.kind == "yaml" and named:
        fields, residues = _yaml(file.text, 0)
        return [Card(Place(), tuple(fields), "", tuple(residues))]
    return []


# --- What a card should say -----------------------------------------------------------------

# Labels, in the main languages of model cards.
PARTS = {
    "license": r"licen[sc]|lizenz|licenz|许可|ライセンス|라이선스|лицензи",
    "intended use": (
        r"(?<!how to )\b(?:in|direct |downstream |out[- ]of[- ]scope |primary )?uses?(?! the)\b"
        r"|intended|out[- ]of[- ]scope|use[- ]cases?|purpose|\bscope\b|applicab|applications?\b"
        r"|\busers?\b|verwendung|einsatz|anwendung|utilisation|usages? pr[eé]vus?|cas d.usage"
        r"|usos?\b|finalidad|prop[oó]sito|finalit[aà]|utilizzo|用途|使用目的|使用場面"
        r"|사용 목적|용도|назначени|применени"
    ),
    "training data": (
        r"train\w*[ -](?:and \w+ )?(?:data|sets?|corpus|details)|pre-?training|data ?sets?\b"
        r"|\bdata$|\bdata sources?|trained on|(?<=model parameters > )data\b|fine-?tun\w* data"
        r"|trainingsdat|datens[aä]tz|donn[eé]es|jeux? de donn|datos|dados|dati\b"
        r"|训练数据|数据集|訓練データ|学習データ|データセット|학습 데이터|데이터셋|обучающ|данны"
    ),
    "metrics": (
        r"metric|evaluat|\bresults?\b|performance|benchmark|quantitative|\bscores?\b|accuracy"
        r"|model[- ]index|validation|metrik|bewertung|ergebnis|leistung|m[eé]tri[cq]|r[eé]sultat"
        r"|[eé]valuation|evaluaci|resultado|rendimiento|desempenho|avalia|valutazion|risultat"
        r"|prestazion|评估|评测|指标|性能|評価|精度|평가|성능|метрик|оценк|качеств|результат"
    ),
    "owner or contact": (
        r"\bowner|contact|authors?\b|developed by|developers?\b|maintain|creators?\b|created by"
        r"|responsib|\bteams?\b|organi[sz]ation|publisher|supplier|manufacturer|provider"
        r"|shared by|funded by|point of contact|kontakt|verantwortlich|\bautor|auteur|contato"
        r"|contatt|respons[aá]vel|联系|作者|开发者|連絡先|開発者|問い合わせ|담당|연락처|개발자"
        r"|контакт|автор|разработчик"
    ),
}
# The same said in a sentence.
_IN_PROSE = {
    "training data": (
        r"\b(?:trained|tuned|fitted|fit) (?:\w+ )?(?:on|with|from|using)\b"
        r"|\bversion of [^\n]{1,200}? on (?:the |an? )?(?!none\b|unknown\b)\w"
    ),
    "owner or contact": r"\w@[\w-]{1,63}\.\w|\bauthor\s*=|\bcontact us\b|\bdeveloped by\b",
    "intended use": r"\b(?:intended|designed|meant|suitable) (?:for|to|as)\b",
    "license": r"\blicen[sc]ed under\b",
}


def missing_parts(card: Card) -> list[str]:
    """Return which of PARTS the card does not speak of."""
    lacking = []
    for part, pattern in PARTS.items():
        label = re.compile(pattern, re.IGNORECASE)
        if any(label.search(field.label) and _says_something(field.text) for field in card.fields):
            continue
        prose = _IN_PROSE.get(part)
        if prose is None or not re.search(prose, card.prose, re.IGNORECASE):
            lacking.append(part)
    return lacking


# What templates leave, and the words that authors leave for later: the rule looks for them.
_RESIDUE = re.compile(
    r"\[?\bmore information needed\b\]?"
    r"|\{\{.{0,200}?\}\}|\{%.{0,200}?%\}"
    r"|<(?:your|insert|add|enter|fill|replace|describe)\b[^<>\n]{0,80}>"
    r"|\[(?:your|insert|enter|fill in|describe|add your)\b[^\]\[\n]{0,80}\](?!\()"
    r"|\blorem ipsum\b"
    r"|(?-i:\b(?:TODO|TBD|TBC|FIXME)\b)",  # what the rule finds; in Spanish, "todo" is a word
    re.IGNORECASE,
)
_NOTHING = frozenset(
    (
        *("", "none", "n a", "na", "null", "nil", "unknown", "not available", "not yet available"),
        *("not specified", "not applicable", "noassertion", "no assertion"),
    )
)


def _says_something(text: str) -> bool:
    words = (found[0] for found in re.finditer(r"\w+", _RESIDUE.sub("", text)))
    return " ".join(islice(words, 4)).lower() not in _NOTHING


# --- Markdown -------------------------------------------------------------------------------

_LABELLED = re.compile(
    r"\s*(?:[-*+]\s+)?(?P<mark>\*\*|__)?(?P<label>[^\W\d_][^*:：|`]{1,50}?)(?P<end>\*\*|__)?\s*"  # noqa: RUF001
    r"(?:[:：]\s*(?:\*\*|__)?\s*(?P<text>.*)|$)"  # noqa: RUF001
)
_IMAGE = re.compile(r";base64,[\w+/=]+")  # as the Model Card Toolkit renders its graphics
_ROW = re.compile(r"\s*\|([^|]{1,200})\|(.*)")


def _markdown_cards(file: File, named: bool) -> list[Card]:
    front = file.data.startswith((b"---", b"\xef\xbb\xbf---"))
    if not (named or front or re.search(rb"(?i)model\W{0,8}card", file.bytes)):
        return []
    document = file.read(markdown.markdown)
    if not named and not _is_card(document):
        return []
    fields, residues = _yaml(document.front_matter, 1) if document.front_matter else ([], [])
    lines = document.lines
    title = document.sections[0] if document.sections else None
    for section in document.sections:
        if section is not title or section.level > 1:
            fields.append(Field(section.title, section.text))
    fields += _labelled(lines)
    prose = "\n".join(line.visible for line in lines if line.kind == "text")
    for line in lines:
        shown = line.text if line.kind == "comment" else line.visible
        shown = _IMAGE.sub(lambda image: " " * len(image[0]), shown)
        for found in _RESIDUE.finditer(shown):
            if line.kind != "code" or found[0].lower().strip("[]") == "more information needed":
                residues.append(Residue(found[0], Place(line.number, found.start() + 1)))
    place = title.place if title else Place()
    return [Card(place, tuple(fields), prose, tuple(residues))]


def _is_card(document: Markdown) -> bool:
    keys = document.front_matter
    if _OTHER_KEYS.search(keys):
        return False
    if _MODEL_KEYS.search(keys):
        return True
    return bool(document.sections) and bool(_TITLE.match(document.sections[0].title))


def _labelled(lines: tuple[Line, ...]) -> Iterator[Field]:
    """Yield `**Label:** text`, a bold line with the line below it, and the rows of tables."""
    shown = [line for line in lines if line.kind == "text" and line.visible.strip()]
    below = [*(line.text for line in shown[1:]), ""]
    for line, following in zip(shown, below, strict=False):
        if row := _ROW.match(line.text):
            yield Field(row[1].strip(), row[2].replace("|", " "))
        elif found := _LABELLED.match(line.text):
            text = found["text"]
            if text is None and not (found["mark"] and found["end"]):
                continue
            yield Field(found["label"], text or following)


# --- HTML, as the Model Card Toolkit renders it -------------------------------------------

_HEADING = re.compile(r"<h([1-3])>([^<>]{1,200})</h\1>")
_TAG = re.compile(r"<[^<>]*>")


def _html_cards(file: File) -> list[Card]:
    headings = [*_HEADING.finditer(file.text)]
    title = next((each for each in headings if _TITLE.match(each[2].strip())), None)
    if title is None:
        return []
    # Tags become blanks, so that everything stays in its place; what comes before is style.
    shown = _TAG.sub(lambda tag: re.sub(r"[^\n]", " ", tag[0]), file.text)
    shown = re.sub(r"[^\n]", " ", shown[: title.end()]) + shown[title.end() :]
    fields = []
    ends = [len(shown)] * 4  # by level: where the next heading of it begins
    for heading in reversed(headings):
        level = int(heading[1])
        if heading is not title:
            fields.append(Field(heading[2].strip(), shown[heading.end() : min(ends[: level + 1])]))
        ends[level] = heading.start()
    residues = [
        Residue(found[0], Place(number, found.start() + 1))
        for number, line in enumerate(shown.split("\n"), 1)
        for found in _RESIDUE.finditer(line)
    ]
    before = file.text[: title.start()]
    place = Place(before.count("\n") + 1, title.start() - before.rfind("\n"))
    return [Card(place, tuple(fields), "", tuple(residues))]


# --- JSON and YAML --------------------------------------------------------------------------


def _json_cards(file: File, named: bool) -> list[Card]:
    from json import JSONDecodeError

    from mlops_checklist.sources.located_json import located

    try:
        document = located(file.text)
    except JSONDecodeError as error:
        message = f"cannot parse as JSON: {error.msg} (line {error.lineno})"
        raise Unreadable(message, place=Place(error.lineno, error.colno)) from None
    except (RecursionError, ValueError) as error:
        cause = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Unreadable(f"cannot parse as JSON: {cause}") from None
    if not isinstance(document, Object):
        return []
    starts = [0, *(found.end() for found in re.finditer("\n", file.text))]

    def place(offset: int) -> Place:
        row = bisect_right(starts, offset) - 1
        return Place(row + 1, offset - starts[row] + 1)

    if document.get("bomFormat") == "CycloneDX":
        return [_json_card(owner, place) for owner in _components(document)]
    if packages := _packages(document):
        return _spdx_cards(document, packages, place)
    if named or _is_of_toolkit(document):
        return [] if _is_schema(document) else [_json_card(document, place)]
    return []


def _is_schema(document: Object) -> bool:
    """Tell whether a document is the schema of cards, and no card."""
    return "$schema" in document and "properties" in document


# The sections of the Model Card Toolkit, and what may stand beside them.
_SECTIONS = {"model details", "model parameters", "quantitative analysis", "considerations"}


def _is_of_toolkit(document: Object) -> bool:
    """Tell whether a document has two sections of the Model Card Toolkit, or nothing else."""
    names = {_below("", key) for key, value in document.items() if isinstance(value, dict)}
    others = {_below("", key) for key in document} - _SECTIONS
    return "model details" in names and (len(names & _SECTIONS) > 1 or others <= {"schema version"})


def _components(document: Object) -> list[Object]:
    """Return the components of a CycloneDX document that are models, in their order."""
    found: list[Object] = []
    waiting: list[Any] = [document.get("metadata"), document]
    while waiting:
        holder = waiting.pop()
        if not isinstance(holder, Object):
            continue
        if holder.get("type") == "machine-learning-model":
            found.append(holder)
        waiting.append(holder.get("component"))
        inner = holder.get("components")
        waiting += inner if isinstance(inner, list) else []
    return sorted(found, key=lambda component: component.start)


def _json_card(owner: Object, place: Callable[[int], Place]) -> Card:
    fields = [Field(path, text) for path, text in _texts(owner)]
    return Card(place(owner.start), tuple(fields), "", _residues(owner, place))


def _texts(top: Any) -> Iterator[tuple[str, str]]:
    """Yield the values in a JSON value as texts, each with the path of its keys; no images."""
    waiting: list[tuple[str, Any]] = [("", top)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [
                (_below(path, key), inner) for key, inner in value.items() if key != "image"
            ]
        elif isinstance(value, list):
            waiting += [(path, inner) for inner in value]
        elif value is not None:
            yield path, value if isinstance(value, str) else str(value)


def _residues(owner: Object, place: Callable[[int], Place]) -> tuple[Residue, ...]:
    found = ((text, _RESIDUE.search(text)) for _, text in _texts(owner))
    return tuple(
        Residue(residue[0], place(text.start))
        for text, residue in found
        if isinstance(text, String) and residue is not None
    )


# What an AI package of SPDX 3 says, and what its relationships do: the label of each.
_OF_PACKAGE = {
    "ai_informationAboutApplication": "intended use",
    "ai_domain": "intended use",
    "ai_informationAboutTraining": "training data",
    "ai_metric": "metrics",
    "suppliedBy": "owner",
    "originatedBy": "owner",
    "software_copyrightText": "owner",
}
_OF_RELATIONSHIP = {
    "hasDeclaredLicense": "license",
    "hasConcludedLicense": "license",
    "trainedOn": "training data",
}


def _packages(document: Object) -> list[Object]:
    """Return the AI packages of an SPDX 3 document that the AI profile describes as models."""
    return [
        element
        for element in _elements(document)
        if re.search(r"(?:^|[_/])AIPackage$", str(element.get("type", element.get("@type"))))
        and element.get("software_primaryPurpose", "model") == "model"
        and any(key.startswith("ai_") for key in element)
    ]


def _elements(document: Object) -> list[Object]:
    if "spdx.org/rdf/3" not in str(document.get("@context")):
        return []
    graph = document.get("@graph", [document])
    return [each for each in graph if isinstance(each, Object)] if isinstance(graph, list) else []


def _spdx_cards(
    document: Object, packages: list[Object], place: Callable[[int], Place]
) -> list[Card]:
    elements: dict[str, Object] = {}
    related: dict[str, list[Field]] = {}
    for element in _elements(document):
        elements.setdefault(str(element.get("spdxId", element.get("@id"))), element)

    def told(value: Any) -> str:
        """Return what a value says; of a reference to an element, its name."""
        element = elements.get(value) if isinstance(value, str) else None
        if element is None:
            return " ".join(text for path, text in _texts(value) if path not in ("type", "key"))
        named = ("name", "simplelicensing_licenseExpression", "simplelicensing_licenseText")
        return " ".join(str(element[key]) for key in named if element.get(key))

    def fields(label: str, value: Any) -> Iterator[Field]:
        for one in value if isinstance(value, list) else [value]:
            text = told(one)
            yield Field(label, "" if text.endswith("NoAssertionLicense") else text)

    for element in _elements(document):
        label = _OF_RELATIONSHIP.get(str(element.get("relationshipType")))
        if label is not None:
            held = related.setdefault(str(element.get("from")), [])
            held += fields(label, element.get("to"))
    cards = []
    for package in packages:
        said = [*related.get(str(package.get("spdxId", package.get("@id"))), ())]
        for key, label in _OF_PACKAGE.items():
            if key in package:
                said += fields(label, package[key])
        cards.append(Card(place(package.start), tuple(said), "", _residues(package, place)))
    return cards


def _yaml(text: str, before: int) -> tuple[list[Field], list[Residue]]:
    """Return the fields and residues of a YAML text which `before` lines precede in its file.

    A text that only a template's expressions keep from being YAML has residues alone.
    """
    residues = [
        Residue(found[0], Place(number, found.start() + 1))
        for number, line in enumerate(text.split("\n"), before + 1)
        for found in _RESIDUE.finditer(line)
    ]
    try:
        top = next(iter(yaml.parse("\n" * before + text)), None)
    except Unreadable as error:
        if error.undecided:
            return [], residues
        raise
    fields = []
    waiting: list[tuple[str, yaml.Node]] = [("", top)] if top is not None else []
    seen = set()
    while waiting:
        path, node = waiting.pop()
        if node.id == "scalar":
            fields.append(Field(path, yaml.scalar(node) or ""))
        elif id(node) not in seen:  # an alias may stand in many places
            seen.add(id(node))
            waiting += [(_below(path, key), value) for key, _, value in yaml.items(node)]
            waiting += [(path, entry) for entry in yaml.entries(node)]
    return fields, residues


def _below(path: str, key: str) -> str:
    """Return the path of `key` as words: `useCases` and `use_cases` are "use cases"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).replace("_", " ").lower()
    return f"{path} > {words}"[-200:] if path else words[:200]
