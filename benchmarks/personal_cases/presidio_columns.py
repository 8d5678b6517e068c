"""Say which columns of CSV files presidio's pattern recognizers call personal.

python presidio_columns.py FOLDER

Runs where presidio-analyzer is installed. A column counts where one kind has a score of at least
0.4 in three of ten values: its patterns for phone numbers never score higher without words around
them. No language model is asked.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path

from presidio_analyzer import predefined_recognizers as known

RECOGNIZERS = [
    known.EmailRecognizer(),
    known.CreditCardRecognizer(),
    known.IbanRecognizer(),
    known.IpRecognizer(),
    known.PhoneRecognizer(),
    known.UsSsnRecognizer(),
    known.EsNieRecognizer(),
    known.ItFiscalCodeRecognizer(),
    known.PlPeselRecognizer(),
    known.InAadhaarRecognizer(),
    known.CaSinRecognizer(),
    known.NhsRecognizer(),
]


def is_personal(values: list[str]) -> bool:
    """Tell whether one kind is found in three of ten values."""
    hits: Counter[str] = Counter()
    for value in values[:60]:
        found = {
            result.entity_type
            for recognizer in RECOGNIZERS
            for result in recognizer.analyze(value, recognizer.supported_entities, None) or ()
            if result.score >= 0.4
        }
        hits.update(found)
    return any(count >= 0.3 * len(values[:60]) for count in hits.values())


def main(folder: Path) -> None:
    """Print a JSON list of `file:column`."""
    personal = []
    for path in sorted(folder.glob("*.csv")):
        header, *rows = csv.reader(path.open(encoding="utf-8", newline=""))
        for at, name in enumerate(header):
            if is_personal([row[at] for row in rows]):
                personal.append(f"{path.name}:{name}")
    print(json.dumps(personal))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
