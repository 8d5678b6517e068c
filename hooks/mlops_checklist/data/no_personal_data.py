"""Checklist: PII/sensitive data handled appropriately.

What Git has seen once is in every clone for ever. The hook looks for people in data files, notebook
outputs, SQL dumps and literals, and for code that logs what it knows of them.

What to do: keep the data in a dataset with access control; hash, mask or drop the columns; clear
the outputs of notebooks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, Place, enumerated, evidence, undecided, violation

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources.python import Module
    from mlops_checklist.sources.tables import Column, Table

RULES = {
    "email": "A column or list holds e-mail addresses of people.",
    "phone": "A column holds phone numbers.",
    "credit-card": "A column holds numbers of credit cards.",
    "iban": "A column holds bank accounts.",
    "national-id": "A column holds national ids.",
    "ip-address": "A column holds IP addresses of people's devices.",
    "person-record": "Records hold the names of people, and more of them.",
    "personal-column": "A column holds birth dates, full names, addresses or the like.",
    "personal-data-logged": "Code prints or logs what a column knows of people.",
}
# In the bytes of a file that may hold something of people, where it has no columns of its own.
_NAMES = (
    rb"e-mail|email|phone|telefon|mobile|\bssn\b|social|birth|geburt|\bdob\b"
    rb"|passport|\biban\b|creditcard|credit_card|cardn|card_n|fullname|full_name|firstname|first_name"
    rb"|lastname|last_name|vorname|nachname|address|_ip\b|\bmrn\b"
)
_MAIL = rb"(?i)@(?<=[^\s(\"'`]@)\w|"
_TRIGGER = _MAIL + _NAMES
_IN_CODE = _MAIL + rb"[\"'][^\"'\n]{0,60}(?:" + _NAMES + rb")"  # a column's name is a text there
# A number of a phone, a card, a person, a computer.
_NUMBER = rb"\d(?:[ ./:()-]{0,2}\d){3}"


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge one file, by its kind."""
    from mlops_checklist.sources import tables

    if file.kind in ("python", "notebook"):
        yield from _python(file)
        if file.kind == "notebook":
            yield from _outputs(file)
        return
    if file.kind == "parquet":
        yield from _parquet(file)
        return
    if file.kind == "table":
        lines = file.path.lower().endswith((".jsonl", ".ndjson"))
        yield from _table(tables.of_json_lines(file) if lines else tables.of_csv(file))
    elif file.kind == "json":
        yield from _columns(_of_people(tables.of_json(file)))
    elif file.kind == "yaml":
        yield from _columns(_of_people(tables.of_yaml(file)))
    else:
        yield from _columns(tables.of_sql(file.text))


def _table(table: Table) -> Iterator[Outcome]:
    """Judge a table; where it holds nothing personal, say what was looked at."""
    from mlops_checklist.sources.tables import EVERY, FIRST

    found = [*_columns(table.columns)]
    yield from found
    if table.rows and not found:
        message = f"nothing personal in {table.rows} rows"
        more = f": the first {FIRST}, and one of {EVERY} after them"
        yield evidence("personal-column", Place(), message + more * table.has_more)


# --- Columns --------------------------------------------------------------------------------

_KINDS = ("email", "phone", "credit-card", "iban", "national-id", "ip-address")
_WORDS = {
    "email": "e-mail addresses",
    "phone": "phone numbers",
    "credit-card": "credit card numbers",
    "iban": "bank accounts",
    "national-id": "national ids",
    "ip-address": "IP addresses",
    "date-of-birth": "birth dates",
    "passport": "passport numbers",
    "medical-record": "medical record numbers",
    "full-name": "full names",
    "first-name": "first names",
    "last-name": "last names",
    "home-address": "home addresses",
}
_KEEP = "keep the data in a dataset with access control, or hash, mask or drop the column"
# Without a name that says so: how many different values, and which share of all, must be sound.
_UNNAMED = {
    "email": (3, 0.2),
    "phone": (3, 0.5),
    "credit-card": (5, 0.8),
    "iban": (3, 0.3),
    "national-id": (5, 1.0),  # a social security number has no check digit
    "ip-address": (5, 0.8),
}
_NAMED = (1, 0.3)
_LOOKED_AT = 300  # values of a column


def _columns(columns: Sequence[Column]) -> Iterator[Outcome]:
    """Judge the columns of one table, and whether together they are records of people."""
    said: dict[str, Column] = {}
    for column in columns:
        kind = _kind(column)
        if kind is None:
            continue
        said.setdefault(kind, column)
        if kind in ("first-name", "last-name"):
            continue
        rule = kind if kind in _KINDS else "personal-column"
        where = f"column '{column.name}'" if column.name else "this column"
        example = _example(column, kind)
        message = f"{where} holds {_WORDS[kind]} such as '{example}'; {_KEEP}"
        yield violation(rule, column.place, message)
    yield from _records(columns, said)


def _of_people(columns: Sequence[Column]) -> Sequence[Column]:
    """Return the columns of a document that are worth to judge: those of several values.

    A single one is a setting, unless beside it stands another thing of the same person.
    """
    several = [column for column in columns if len(set(column.values)) > 1]
    kinds = {_kind(column) for column in columns if len(set(column.values)) == 1} - {None}
    return columns if len(kinds) > 1 else several


def _within(columns: Sequence[Column], place: Place) -> Iterator[Outcome]:
    """Judge columns that have no places of their own: the findings are where they are held."""
    for outcome in _columns(columns):
        yield outcome._replace(place=place)


def _records(columns: Sequence[Column], said: dict[str, Column]) -> Iterator[Outcome]:
    """Say of a table with the names of people that it is one of people."""
    from mlops_checklist.sources import personal_names, personal_values

    names = [said[kind] for kind in ("last-name", "first-name") if kind in said]
    names += [
        column
        for column in columns
        if personal_names.is_name(column.name)
        and _share(column, personal_values.is_full_name)[1] >= 0.5
    ]
    others = [_WORDS[kind] for kind in said if kind not in ("first-name", "last-name")]
    if names and others:
        message = f"these records name people, with {enumerated(others)}; {_KEEP}"
        yield violation("person-record", names[0].place, message)
    elif {"first-name", "last-name"} <= said.keys():
        message = f"these records hold first and last names of people; {_KEEP}"
        yield violation("person-record", names[0].place, message)


def _kind(column: Column) -> str | None:
    """Return what of people a column holds, or None."""
    from mlops_checklist.sources import personal_names

    named = personal_names.kind_of(column.name)
    if named is not None:
        number, share = _share(column, _sound(named, personal_names.words(column.name)))
        return named if number >= _NAMED[0] and share >= _NAMED[1] else None
    for kind, (least, wanted) in _UNNAMED.items():
        if _may_hold(column, kind):
            number, share = _share(column, _sound(kind, ""))
            if number >= least and share >= wanted:
                return kind
    return None


def _share(column: Column, sound: Callable[[str], bool]) -> tuple[int, float]:
    """Return how many different values of a column are sound, and which share of all."""
    looked = _spread(column.values, _LOOKED_AT)
    held = [value for value in looked if sound(value)]
    return len(set(held)), len(held) / len(looked) if looked else 0.0


def _may_hold(column: Column, kind: str) -> bool:
    """Tell from the form of a few values whether it is worth to look at them all."""
    shape = _FORMS[kind]
    return any(shape.search(value) for value in _spread(column.values, 20))


def _spread(values: list[str], number: int) -> list[str]:
    """Return about that many of the values, from all over."""
    return values[:: max(1, len(values) // number)]


_FORMS = {
    "email": re.compile(r"@"),
    "phone": re.compile(r"^\s*(?:\+|00)\d"),
    "credit-card": re.compile(r"^[3-6]\d{3}[ -]?\d{4,6}[ -]?\d{4,5}"),
    "iban": re.compile(r"^[A-Z]{2}\d\d"),
    "national-id": re.compile(r"^\d{3}[-.]\d{2,4}[-.]\d|^[A-Z]{6}\d\d|^[XYZ]\d{7}[A-Z]$"),
    "ip-address": re.compile(r"^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$"),
}


def _sound(kind: str, name: str) -> Callable[[str], bool]:
    """Return what tells of a value whether it is of a kind, in a column of this name or of none."""
    from mlops_checklist.sources import personal_values as values

    return {
        "email": values.is_email,
        "phone": lambda value: values.is_phone(value, named=bool(name)),
        "credit-card": values.is_card,
        "iban": values.is_iban,
        "national-id": lambda value: values.is_national_id(value, name),
        "ip-address": values.is_address,
        "date-of-birth": values.is_date,
        "passport": lambda value: re.fullmatch(r"[A-Z]{0,3}\d{6,9}[A-Z]?", value) is not None,
        "medical-record": lambda value: re.search(r"\d{4}", value) is not None,
        "full-name": values.is_full_name,
        "first-name": _is_word,
        "last-name": _is_word,
        "home-address": lambda value: (
            re.search(r"\d", value) is not None and re.search(r"[A-Za-z]{3}", value) is not None
        ),
    }[kind]


def _is_word(value: str) -> bool:
    """Tell whether a value is written as a name is, and is no masked one."""
    from mlops_checklist.sources import personal_values

    text = value.strip()
    return text[:1].isupper() and text.isalpha() and not personal_values.is_masked(text)


def _example(column: Column, kind: str) -> str:
    from mlops_checklist.sources import personal_names, personal_values

    sound = _sound(kind, personal_names.words(column.name))
    return next((personal_values.redacted(each) for each in column.values if sound(each)), "***")


# --- Parquet --------------------------------------------------------------------------------


def _parquet(file: File) -> Iterator[Outcome]:
    """Judge the columns of a Parquet file, where pyarrow is there to read them."""
    from mlops_checklist.sources import personal_names
    from mlops_checklist.sources.files import Unreadable

    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        message = "cannot read Parquet: install the extra, mlops-checklist[parquet]"
        yield undecided("personal-column", Place(), message)
        return
    try:
        with ParquetFile(file.path) as opened:
            batch = next(opened.iter_batches(batch_size=500), None)
    except (ArrowException, OSError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise Unreadable(f"cannot parse as Parquet: {first}") from None
    if batch is not None and any(map(personal_names.words, batch.schema.names)):
        yield from _columns([*_of_batch(batch.to_pydict())])


def _of_batch(held: dict[str, list[object]]) -> Iterator[Column]:
    from mlops_checklist.sources.tables import Column

    for name, values in held.items():
        texts = [str(each) for each in values if each is not None and not isinstance(each, float)]
        yield Column(name, texts)


# --- Notebooks ------------------------------------------------------------------------------

_ADDRESS = re.compile(r"[\w.+%'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}", re.ASCII)


def _outputs(file: File) -> Iterator[Outcome]:
    """Judge the tables and texts in the outputs of a notebook; the finding is at the cell."""
    from mlops_checklist.sources import tables
    from mlops_checklist.sources.notebook import notebook

    for cell in file.read(notebook).cells:
        here = cell.place(Place())
        for output in cell.outputs:
            is_table = "html" in output.mime and "<t" in output.text
            columns = (tables.of_html if is_table else tables.of_printed)(output.text)
            found = [*_within(columns, here)]
            yield from found
            if not found and (addresses := _addresses(output.text)):
                message = (
                    f"the output holds {len(addresses)} e-mail addresses such as "
                    f"'{addresses[0][:1]}***'; clear it"
                )
                yield violation("email", here, message)


def _addresses(text: str) -> list[str]:
    """Return the different e-mail addresses of people in a text, if there are three or more."""
    from mlops_checklist.sources import personal_values

    found = dict.fromkeys(each for each in _ADDRESS.findall(text) if personal_values.is_email(each))
    return [*found] if len(found) >= 3 else []


# --- Code -----------------------------------------------------------------------------------

_LOGGING = re.compile(
    r"print|pprint|display|log_params?|log_table|log_text|log_dict|set_tags?|capture_?prediction"
    r"|capturePrediction|debug|info|warning|error|exception|critical|log"
)
_AGGREGATED = frozenset(
    "count nunique mean sum isna isnull notna any all dtype shape size value_counts duplicated len "
    "empty describe info hexdigest".split()
)


def _python(file: File) -> Iterator[Outcome]:
    """Judge records that stand in code, and what is printed or logged of columns."""
    import ast

    from mlops_checklist.sources import python, tables

    lines = _speaking(file)
    if not lines:
        return
    module = file.read(python.unindexed)
    waiting: list[tuple[ast.AST, bool]] = [(module.tree, False)]
    while waiting:
        node, is_part = waiting.pop()
        is_record = isinstance(node, (ast.Dict, ast.List))
        if isinstance(node, (ast.Dict, ast.List)) and not is_part:
            columns = tables.of_records([_literal(node)], "")
            yield from _within(_of_people(columns), module.place(node))
        elif isinstance(node, ast.Call) and _LOGGING.fullmatch(python.last_name(node.func)):
            yield from _logged(module, node)
        waiting += [
            (child, is_record) for child in python.children(node) if python.stands_on(child, lines)
        ]


def _speaking(file: File) -> Sequence[int]:
    """Return the lines of a program on which something may speak of people, in order."""
    if file.kind == "notebook" or b"\r" in file.bytes:
        return range(1, len(file.lines) + 1)  # its lines are others than those of the tree
    from mlops_checklist.sources.files import searched

    data = re.sub(rb"\n[ \t]*#.*", b"\n", file.bytes.lower())  # comments hold no records
    starts = {
        found.start()
        for word in file.read(searched).held(_TRIGGER)
        for found in re.finditer(re.escape(word), data)
    }
    if not any(_IS_NAME.match(data, start) for start in starts) and not _has_values(data):
        return []
    starts.update(found.start() for found in re.finditer(_NUMBER, data))
    lines, number, counted = [], 1, 0
    for start in sorted(starts):
        number += data.count(b"\n", counted, start)
        counted = start
        lines.append(number)
    return lines


# What follows a word in the text of a key or an index.
_IS_NAME = re.compile(rb"[^\"'\n]{0,90}[\"']+[\s)]*[:\]]")
# In lower case, as `_FORMS` has them, each with the letters that it begins with.
_VALUES = (
    re.compile(rb"@(?<=[\w.+-]@)[\w-]"),
    re.compile(rb"[3-6]\d{3}[ _-]?\d{4,6}[ _-]?\d{4,5}"),
    re.compile(
        rb"[\"'](?:\s*(?:\+|00)\d|[a-z]{2}\d\d|\d{3}[-.]\d{2,4}[-.]\d|[a-z]{6}\d\d|[xyz]\d{7}[a-z]"
        rb"|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d)"
    ),
)


def _has_values(data: bytes) -> bool:
    """Tell whether a program holds as many values as a column without a telling name needs."""
    least = min(number for number, _ in _UNNAMED.values())
    return sum(len(form.findall(data)) for form in _VALUES) >= least


def _literal(node: ast.expr) -> object:
    """Return a list or dictionary of constants that stands in code; None where it is not one."""
    import ast

    from mlops_checklist.sources.python import walk

    if not any(isinstance(each, ast.Constant) for each in walk(node)):
        return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _logged(module: Module, call: ast.Call) -> Iterator[Outcome]:
    """Judge what a call prints or logs: `print(df["email"])`, `log_param("user", row["ssn"])`."""
    import ast

    from mlops_checklist.sources import personal_names, python

    waiting: list[ast.AST] = [*call.args, *(keyword.value for keyword in call.keywords)]
    while waiting:
        node = waiting.pop()
        if _hides(node):
            continue
        index = node.slice if isinstance(node, ast.Subscript) else None
        key = index.value if isinstance(index, ast.Constant) else None
        name = key if isinstance(key, str) else ""
        kind = personal_names.kind_of(name)
        if kind is not None:
            message = f"'{name}' ({_WORDS[kind]}) goes into the log; leave it out, or hash it"
            yield violation("personal-data-logged", module.place(node), message)
        else:
            waiting += python.children(node)


_HIDING = re.compile(r"(?i)hash|mask|anonym|redact|pseudonym|encrypt|sha\d|md5")


def _hides(node: ast.AST) -> bool:
    """Tell whether an expression gives no value of a column: a count, a comparison, a hash."""
    import ast

    from mlops_checklist.sources.python import last_name

    called = last_name(node.func) if isinstance(node, ast.Call) else ""
    return (
        called in _AGGREGATED
        or _HIDING.search(called) is not None
        or (isinstance(node, ast.Attribute) and node.attr in _AGGREGATED)
        or isinstance(node, (ast.Compare, ast.Lambda))
    )


HOOK = Hook(
    id="no-personal-data",
    description="No data of people is in the repository, its outputs and its logs.",
    reads={
        "python": _IN_CODE,
        **dict.fromkeys(("notebook", "json", "yaml", "sql"), _TRIGGER),
        "table": b"",
        "parquet": b"",
    },
    rules=RULES,
    check=check,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
