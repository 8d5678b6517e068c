"""Checklist: Secrets managed via Domino secrets (not hardcoded).

A key in Git is a key for everyone who ever clones the repository, and for every model image
built from it; taking the line out again does not take it back. So a secret is set as a Domino
environment variable (of the user or the project) or stays with a data source connector, and the
program reads it from `os.environ`. The hook never prints a secret: its kind, its length and the
last two characters at most.

How it works: a file without any of the words below is left alone after one look at its bytes.
Else each line (or 8,000 characters of a longer one) with such a word is given to the detectors
that the word belongs to: known key formats, ours and those of detect-secrets, then names with a
text given to them. Of several detectors on one text the most specific one speaks.
"""

from __future__ import annotations

import functools
import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, Place, evidence, violation
from mlops_checklist.sources.files import Unreadable, repository_root

if TYPE_CHECKING:
    from mlops_checklist.sources.assignments import Pair
    from mlops_checklist.sources.notebook import Cell
    from mlops_checklist.sources.secret_texts import Strength


class Format(NamedTuple):
    """A known format of keys: where one of `words` (in lower case) stands, `pattern` finds it.

    The secret is the group "secret" of the pattern, or all of it; "engine:module.Class" takes the
    patterns of a detect-secrets plugin. `near`: must match in the 100 characters before it.
    `sure`: must match in the line before the engine is loaded, which costs as much as a start.
    """

    rule: str
    says: str
    words: tuple[str, ...]
    pattern: str
    near: str = ""
    sure: str = ""


# The order is that of precedence. Formats as their issuers document them.
FORMATS = (
    Format("private-key", "Private key", ("private key",), "private-key"),
    Format("anthropic-api-key", "Anthropic API key", ("sk-ant-",), r"\bsk-ant-[\w-]{20,200}"),
    Format(
        "openai-api-key",
        "OpenAI API key",
        ("sk-",),
        r"\bsk-(?:(?:proj|svcacct|admin|None|or-v1)-(?=[\w-]{0,30}\d)[\w-]{20,200}"
        r"|(?=[A-Za-z]{0,60}\d)[A-Za-z0-9]{20,64}(?![\w-]))",
    ),
    Format("openai-api-key", "OpenAI API key", ("t3blbkfj",), "engine:openai.OpenAIDetector"),
    Format(
        "hugging-face-token",
        "Hugging Face token",
        ("hf_", "api_org_"),
        r"\b(?:hf|api_org)_[A-Za-z0-9]{30,64}\b",
    ),
    Format(
        "domino-api-key",
        "Domino API key",
        ("domino",),
        r"(?<![0-9a-zA-Z])[0-9a-f]{64}(?![0-9a-zA-Z])",
        r"(?i)(?:domino[\w-]{0,20}(?:key|token)|domino\w{0,30}\(.{0,60}(?:api_?)?key)[^0-9a-f]{0,40}$",
    ),
    Format(
        "weights-and-biases-key",
        "Weights & Biases API key",
        ("wandb",),
        r"(?<![0-9a-zA-Z])(?:local-)?[0-9a-f]{40}(?![0-9a-zA-Z])",
        r"(?i)wandb[\w.]{0,20}(?:key|login|token)|wandb\.ai/authorize|api\.wandb\.ai"
        r"|\bwandb[\"', \t]{1,6}login\b[^\n|;&]{0,70}$",
    ),
    Format("databricks-token", "Databricks token", ("dapi",), r"\bdapi[0-9a-f]{32}(?:-\d)?\b"),
    Format(
        "neptune-api-token",
        "Neptune API token",
        ("eyjhcglf",),
        r"\beyJhcGlf[A-Za-z0-9+/_=-]{40,600}",
    ),
    Format(
        "langsmith-api-key",
        "LangSmith API key",
        ("lsv2_",),
        r"\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b",
    ),
    Format("groq-api-key", "Groq API key", ("gsk_",), r"\bgsk_[A-Za-z0-9]{48,60}\b"),
    Format("replicate-api-token", "Replicate API token", ("r8_",), r"\br8_[A-Za-z0-9]{37}\b"),
    Format("nvidia-api-key", "NVIDIA API key", ("nvapi-",), r"\bnvapi-[\w-]{60,80}"),
    Format("google-api-key", "Google API key", ("aiza",), r"\bAIza[\w-]{35}(?![\w-])"),
    Format("google-oauth-secret", "Google OAuth secret", ("gocspx-",), r"\bGOCSPX-[\w-]{20,40}"),
    Format(
        "aws-access-key",
        "AWS access key",
        ("akia", "asia", "abia", "acca", "a3t"),
        "engine:aws.AWSKeyDetector",
        sure=r"(?:A3T|AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}",
    ),
    Format(
        "aws-secret-key",
        "AWS secret access key",
        ("aws", "secret_access_key", "secretaccesskey"),
        r"(?i:aws|secret).{0,40}?(?i:key|pwd|pw|pass|token)[^\n=:,]{0,20}[=:,][ \t]*\\?[\"']?"
        r"(?P<secret>(?=[A-Za-z/+]{0,38}\d)[0-9a-zA-Z/+]{40})(?![0-9a-zA-Z/+=])",
    ),
    Format(
        "azure-storage-key",
        "Azure storage key",
        ("accountkey=",),
        "engine:azure_storage_key.AzureStorageKeyDetector",
    ),
    Format(
        "azure-connection-string",
        "Azure connection string key",
        ("accountkey=", "sharedaccesskey=", "sharedaccesssignature="),
        r"(?i:AccountKey|SharedAccessKey|SharedAccessSignature)=(?P<secret>[A-Za-z0-9+/=%&;:.-]{30,300})",
    ),
    Format(
        "azure-client-secret",
        "Azure client secret",
        ("8q~",),
        r"(?<![\w~.-])[\w~.-]{3}8Q~[\w~.-]{31,34}(?![\w~.-])",
    ),
    Format(
        "github-token",
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        "engine:github_token.GitHubTokenDetector",
        sure=r"gh[a-z]_[A-Za-z0-9_]{36}",
    ),
    Format("github-token", "GitHub token", ("github_pat_",), r"\bgithub_pat_\w{60,100}"),
    Format(
        "gitlab-token",
        "GitLab token",
        tuple(
            "glpat- gldt- glft- glsoat- glrt- gr1348941 glcbt- glimt- glptt- glagent-"
            " gloas-".split()
        ),
        "engine:gitlab_token.GitLabTokenDetector",
    ),
    Format(
        "slack-token",
        "Slack token",
        ("xox", "hooks.slack.com"),
        "engine:slack.SlackDetector",
        sure=r"(?i)xox\w-\d|services/t",
    ),
    Format("stripe-key", "Stripe key", ("k_live_",), "engine:stripe.StripeDetector"),
    Format("npm-token", "npm token", ("_authtoken",), "engine:npm.NpmDetector"),
    Format("npm-token", "npm token", ("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
    Format("pypi-token", "PyPI token", ("pypi-ag",), "engine:pypi_token.PypiTokenDetector"),
    Format(
        "sendgrid-key",
        "SendGrid API key",
        ("sg.",),
        "engine:sendgrid.SendGridDetector",
        sure=r"SG\.[\w-]{22}\.",
    ),
    Format(
        "square-secret",
        "Square OAuth secret",
        ("sq0csp-",),
        "engine:square_oauth.SquareOAuthDetector",
    ),
    Format(
        "telegram-token",
        "Telegram bot token",
        (":aa",),
        "engine:telegram_token.TelegramBotTokenDetector",
        r"(?i)telegram|bot|token",
        r"\d:AA[\w-]{33}",
    ),
    Format(
        "twilio-key",
        "Twilio key",
        ("twilio",),
        "engine:twilio.TwilioKeyDetector",
        r"(?i)twilio",
        r"(?:AC|SK)[a-z0-9]{32}",
    ),
    Format(
        "discord-token",
        "Discord bot token",
        ("discord", "token"),
        "engine:discord.DiscordBotTokenDetector",
        r"(?i)discord|bot|token",
        r"[MNO][\w-]{23,25}\.[\w-]{6}\.",
    ),
    Format(
        "mailchimp-key",
        "Mailchimp key",
        ("-us",),
        "engine:mailchimp.MailchimpDetector",
        sure=r"[0-9a-z]{32}-us\d",
    ),
    Format(
        "artifactory-key",
        "Artifactory key",
        ("artifactory", "jfrog"),
        "engine:artifactory.ArtifactoryDetector",
    ),
    Format(
        "cloudant-credentials",
        "Cloudant credentials",
        ("cloudant",),
        "engine:cloudant.CloudantDetector",
    ),
    Format("softlayer-key", "SoftLayer key", ("softlayer",), "engine:softlayer.SoftlayerDetector"),
    Format(
        "ibm-cloud-key",
        "IBM Cloud key",
        ("ibm",),
        "engine:ibm_cloud_iam.IbmCloudIamDetector",
        r"(?i)ibm",
        r"[\w-]{44}",
    ),
    Format("nats-seed", "NATS seed", ("nkey", "nats", "seed"), r"\bS[UAON][A-Z2-7]{56}\b"),
    Format(
        "json-web-token",
        "JSON Web Token",
        ("eyj",),
        r"(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,6000}\.[\w-]{10,2000}",
    ),
    Format(
        "url-credentials",
        "Password in a URL",
        ("://",),
        r"(?i)\b[a-z][a-z0-9+.]{1,20}://[^\s:/@'\"<>`]{0,120}:(?P<secret>[^\s/@'\"<>`\\]{3,200})"
        r"@(?P<host>[\w.\-${}\[\]]{1,200})",
    ),
    Format(
        "url-credentials",
        "Token in a URL",
        ("://",),
        r"(?i)\bhttps?://(?P<secret>[\w-]{20,200})@(?P<host>[\w.\-${}\[\]]{1,200})",
    ),
    Format(
        "basic-auth-header",
        "Basic authorization header",
        ("basic ",),
        r"(?i:\bbasic) (?P<secret>[A-Za-z0-9+/]{8,200}={0,2})(?![\w+/=])",
    ),
    Format(
        "bearer-token",
        "Authorization token",
        ("authorization",),
        r"(?i:\bauthorization)\\?[\"']?\]?[ \t]*[:=,][ \t]*\\?[\"']?"
        r"(?i:token|apikey|api-key|key)[ ](?P<secret>[\w.~+/=-]{16,600})",
    ),
    Format(
        "bearer-token",
        "Bearer token",
        ("bearer ",),
        r"(?i:\bbearer) (?P<secret>[\w.~+/=-]{16,600})",
    ),
    Format(
        "command-credentials",
        "Password on a command line",
        ("curl", "wget"),
        r"(?:curl|wget)\b[^\n]{0,200}?[ ](?:-u|--user)[ =]?[\"']?[^\s:\"']{1,80}:"
        r"(?P<secret>[^\s\"'@]{4,100})",
    ),
    Format(
        "command-credentials",
        "Password on a command line",
        ("mysql", "mariadb"),  # -P is the port
        r"\b(?:mysql(?:dump|admin|import|show)?|mariadb(?:-dump)?)[ ](?:[^\n|;&]{0,200}?[ ])?"
        r"-p(?!ort|rotocol)[\"']?(?P<secret>(?=[^\s\"']{0,60}\d)[^\s\"'|;&)`]{6,100})",
    ),
    Format(
        "command-credentials",
        "Password on a command line",
        ("sshpass", "docker", "podman", "login"),
        r"\b(?:sshpass|(?:docker|podman|buildah|nerdctl|skopeo|helm[ ]registry)[ ]login)\b"
        r"[^\n|;&]{0,200}?[ ]-p[ =]?[\"']?(?P<secret>[^\s\"'|;&)`]{4,100})",
    ),
)
RULES = {
    "google-service-account-key": "The private key of a Google service account is in the file.",
    **{each.rule: f"{each.says} is hard-coded." for each in FORMATS},
    "url-credentials": "A URL holds a password or a token.",
    "kubernetes-secret": "The manifest of a Kubernetes Secret holds the secret itself.",
    "generic-secret": "A name that promises a secret is given a literal text.",
    "high-entropy-string": "A random text stands beside a word such as secret or token.",
}
_RANK = {rule: rank for rank, rule in enumerate(RULES)}

# Words that make a line a candidate for the rules about names.
_NAMES = (
    *"passw passp passc _pass -pass pass= pass: pass\" pass' dbpass userpass pwd senha".split(),
    *"secret token key auth cred login( _pat -pat _pw".split(),
    "pass =",
)
_WORDS = tuple(sorted({*_NAMES, *(word for each in FORMATS for word in each.words)}))

# Files that hold nothing but digests and addresses of packages, and the engine's own baseline.
_PASSED_OVER = frozenset(
    "uv.lock poetry.lock pdm.lock pipfile.lock pixi.lock conda-lock.yml package-lock.json"
    " npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock cargo.lock composer.lock gemfile.lock"
    " go.sum .terraform.lock.hcl pubspec.lock packages.lock.json .secrets.baseline".split()
)
# Files in which a value needs no quotes.
_BARE_KINDS = frozenset(["dotenv", "shell", "dockerfile"])
_BARE_SUFFIXES = frozenset(
    ".ini .cfg .conf .config .properties .cnf .tfvars .npmrc .pypirc .netrc .envrc .yarnrc .env"
    " .bat .cmd .ps1 .service .desktop .s3cfg .boto .pgpass .credentials .tpl .j2 .tmpl".split()
)
_PROSE_KINDS = frozenset(["markdown", "requirements"])
_PROSE_SUFFIXES = frozenset(["", ".txt", ".rst", ".log", ".adoc", ".out", ".err"])

_LONGEST = 8000  # characters of a line that are looked at in one piece
_OVERLAP = 700  # no detected text is longer, a JSON Web Token excepted
_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Passage(NamedTuple):
    """A text to scan: a file, or a notebook's source or output; `place` takes an offset.

    `bare`: how far values without quotes count: "yes", "yaml", "prose" (with care) or "" (not).
    """

    text: str
    place: Callable[[int], Place]
    bare: str = ""
    shell: tuple[tuple[int, int], ...] = ()  # where they count all the same, in order
    is_output: bool = False


class Found(NamedTuple):
    """One secret in a passage; `hashed` are the texts that the engine may know it by."""

    start: int
    end: int
    rule: str
    says: str
    name: str = ""
    hashed: tuple[str, ...] = ()


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Yield a violation for each secret, and evidence that secrets are read from outside."""
    if _is_passed_over(file.path):
        return
    data = file.data
    marked = data.startswith(_MARKS)
    if b"\0" in data[:8192] and not marked:
        return  # binary
    lowered = data.lower()
    if not marked and not any(word.encode() in lowered for word in _WORDS):
        return
    error: Unreadable | None = None
    passages: Sequence[Passage] = ()
    try:
        if file.kind == "notebook":
            passages = _notebook_passages(file)
        else:
            passages = [_of_file(file, file.text)]
    except Unreadable as unreadable:  # what the bytes hold is looked at all the same
        error = unreadable
        passages = [_of_file(file, data.decode("utf-16" if marked else "latin-1", "replace"))]
    known = _engine_baseline(file.path)
    proven: Place | None = None
    for passage in passages:
        found = list(_secrets(file, passage, error is None))
        for each in _most_specific(found):
            value = passage.text[each.start : each.end]
            if _is_allowed(passage.text, each) or (known and _is_known(known, each, value)):
                continue
            yield violation(
                each.rule, passage.place(each.start), _message(file, passage, each, value)
            )
        if proven is None and not passage.is_output:
            read = _read_from_outside(passage.text)
            proven = None if read is None else passage.place(read)
    if proven is not None:
        yield evidence("from-environment", proven, "a secret is read from outside the repository")
    if error is not None and _must_be_utf_8(file):
        raise error


# --- What is scanned ------------------------------------------------------------------------


def _is_passed_over(path: str) -> bool:
    name = os.path.basename(path).lower()
    return name in _PASSED_OVER or (name.startswith("pylock") and name.endswith(".toml"))


_UTF_8_KINDS = frozenset(["notebook", "json", "toml", "yaml", "mlmodel"])
_COOKIE = rb"[ \t\f]*#.*?coding[:=][ \t]*(?P<encoding>[-\w.]+)"  # PEP 263


def _must_be_utf_8(file: File) -> bool:
    """Tell whether a file that is not UTF-8 is broken: by its format, or as Python by PEP 263."""
    if file.kind != "python":
        return file.kind in _UTF_8_KINDS
    cookies = [re.match(_COOKIE, line) for line in file.data.split(b"\n", 2)[:2]]
    encodings = [cookie["encoding"].lower() for cookie in cookies if cookie]
    return not encodings or encodings[0].startswith((b"utf-8", b"utf_8", b"utf8"))


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]


def _places(text: str) -> Callable[[int], Place]:
    starts: list[int] = []

    def place(offset: int) -> Place:
        if not starts:
            starts.extend(_line_starts(text))
        line = bisect_right(starts, offset)
        return Place(line, offset - starts[line - 1] + 1)

    return place


def _of_file(file: File, text: str) -> Passage:
    shell: tuple[tuple[int, int], ...] = ()
    if file.kind == "python" and "# MAGIC" in text:  # a notebook of Databricks
        from mlops_checklist.sources.notebook import script_magics

        shell = _spans(text, script_magics(text))
    return Passage(text, _places(text), _bare_values(file.path, file.kind), shell)


def _spans(text: str, pieces: Iterable[tuple[str, int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the offsets of the lines in which the pieces (text, line, column) stand."""
    starts = [*_line_starts(text), len(text) + 1]
    return tuple(
        (starts[line - 1], starts[min(line + piece.count("\n"), len(starts) - 1)])
        for piece, line, _ in pieces
    )


def _notebook_passages(file: File) -> list[Passage]:
    """Return the sources and the text outputs."""
    from mlops_checklist.sources.notebook import notebook

    passages = []
    for cell in file.read(notebook).cells:
        passages.append(_of_cell(cell))
        for output in cell.outputs:
            passages.append(_of_output(output.text, output.file_lines, cell.number))
    return passages


def _of_cell(cell: Cell) -> Passage:
    place_in_text = _places(cell.source)

    def place(offset: int) -> Place:
        line, column = place_in_text(offset)[:2]
        file_line = cell.file_lines[min(line, len(cell.file_lines)) - 1]
        # Markdown cells have no number: the line is that of the file.
        return Place(line, column, cell.number, file_line) if cell.number else Place(file_line, 1)

    return Passage(cell.source, place, _bare_in_cell(cell), _shell_in_cell(cell))


def _of_output(text: str, file_lines: Sequence[int], cell: int) -> Passage:
    """An output has no line in the source: its place is the head of its cell."""
    place_in_text = _places(text)

    def place(offset: int) -> Place:
        line = place_in_text(offset).line
        return Place(1, 1, cell, file_lines[min(line, len(file_lines)) - 1])

    return Passage(text, place, "prose", is_output=True)


_WRITTEN = r"\s*%%[ ]*(?:write)?file[ \t]+(?:-a[ \t]+)?[\"']?(?P<path>[^\s\"']+)"
_ENV_MAGIC = r"(?m)^[ \t]*%(?:set_)?env[ \t]"


def _bare_in_cell(cell: Cell) -> str:
    """Return how far values without quotes count: as in the file that the cell writes."""
    if cell.language != "writefile" or not (found := _compiled(_WRITTEN).match(cell.source)):
        return ""
    from mlops_checklist.sources.files import kind

    name = os.path.basename(found["path"])
    known = "." in name or name.lower().startswith("dockerfile")
    return _bare_values(name, kind(name) if known else "")  # without a look at the disk


def _shell_in_cell(cell: Cell) -> tuple[tuple[int, int], ...]:
    if cell.language != "bash" and not ("!" in cell.source or "%" in cell.source):
        return ()
    from mlops_checklist.sources.notebook import shell_lines

    pieces = shell_lines(cell)
    if cell.language == "python":
        for found in _compiled(_ENV_MAGIC).finditer(cell.source):
            pieces.append(("", cell.source.count("\n", 0, found.end()) + 1, 1))
        pieces.sort(key=lambda piece: piece[1])
    return _spans(cell.source, pieces)


def _windows(text: str) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Yield (start, end, words): each line with words of ours, longer ones in pieces."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters beyond ASCII have longer lower-case forms
        lowered = "".join(each.lower() if each.isascii() else each for each in text)
    present = [word for word in _WORDS if word in lowered]
    spans: dict[tuple[int, int], set[str]] = {}
    for word in present:
        at = lowered.find(word)
        while at >= 0:
            start = max(text.rfind("\n", max(0, at - _OVERLAP), at) + 1, 0)
            if not start and at > _OVERLAP:  # a long line: pieces at fixed places
                start = max(0, at // _LONGEST * _LONGEST - _OVERLAP)
            end = text.find("\n", at, start + _LONGEST + _OVERLAP)
            if end < 0:
                end = min(len(text), start + _LONGEST + _OVERLAP)
            end = max(end, at + len(word))
            spans.setdefault((start, end), set()).add(word)
            at = lowered.find(word, max(end - _OVERLAP if end - start > _LONGEST else end, at + 1))
    for (start, end), words in sorted(spans.items()):
        yield start, end, frozenset(words)


# --- Detectors ------------------------------------------------------------------------------


def _secrets(file: File, passage: Passage, parse: bool) -> Iterator[Found]:
    text = passage.text
    named = False
    bare = passage.bare
    for start, end, words in _windows(text):
        for each in FORMATS:
            if not words.isdisjoint(each.words):
                yield from _of_format(each, text, start, end)
        if not words.isdisjoint(_NAMES):
            named = True
            yield from _of_names(text, start, end, bare or _in_shell(passage, start, end))
    if not named:
        return
    from mlops_checklist.sources import assignments

    if "value" in text or "Value" in text:
        yield from _judged(text, assignments.named_values(text), bare)
    if bare and "Secret" in text and "kind:" in text:
        for pair in assignments.kubernetes_secrets(text):
            if pair.name.lower() not in _SECRET_ENTRIES and _can_be(pair, "password"):
                yield Found(
                    pair.start, pair.end, "kubernetes-secret", "Entry of a Secret", pair.name
                )
    if file.kind == "dockerfile":
        yield from _of_dockerfile(file, text)
    yield from _of_kaggle(text)
    is_code = file.kind == "python" or passage.place(0).cell is not None
    if is_code and parse and not passage.is_output:
        yield from _of_python(file, passage)


# Entries of a Kubernetes Secret that are none.
_SECRET_ENTRIES = frozenset(
    "username user host hostname port database dbname db url endpoint region bucket email namespace"
    " name type ca.crt tls.crt server project cluster".split()
)


def _bare_values(path: str, kind: str) -> str:
    """Return how far values without quotes count in a file: see `Passage`."""
    name = os.path.basename(path).lower()
    suffix = os.path.splitext(name)[1] or (name if name.startswith(".") else "")
    if kind == "yaml" or (suffix in (".tpl", ".j2", ".tmpl") and re.search(r"\.ya?ml\.", name)):
        return "yaml"
    if kind in _BARE_KINDS or suffix in _BARE_SUFFIXES:
        return "yes"
    if kind in _PROSE_KINDS or (not kind and suffix in _PROSE_SUFFIXES):
        return "prose"
    return ""


def _in_shell(passage: Passage, start: int, end: int) -> str:
    at = bisect_right(passage.shell, (end, 0))
    return "yes" if at and passage.shell[at - 1][1] > start else ""


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@functools.cache
def _patterns(pattern: str) -> list[re.Pattern[str]]:
    if not pattern.startswith("engine:"):
        return [_compiled(pattern)]
    from mlops_checklist.sources.engine import patterns

    module, _, name = pattern.partition(":")[2].partition(".")
    return patterns(module, name)


def _of_format(each: Format, text: str, start: int, end: int) -> Iterator[Found]:
    if each.rule == "private-key":
        yield from _private_keys(text, start, end)
        return
    from mlops_checklist.sources import secret_texts

    if each.sure and not _compiled(each.sure).search(text, start, end):
        return
    for pattern in _patterns(each.pattern):
        for found in pattern.finditer(text, start, end):
            groups = tuple(group for group in found.groups() if group)
            group = "secret" if "secret" in pattern.groupindex else 0
            if each.pattern.startswith("engine:") and groups and len(groups[0]) >= 16:
                group = 1 if found[1] else 0
            first, last = found.span(group)
            value = text[first:last]
            if secret_texts.is_example(value) and each.rule not in _OWN_TESTS:
                continue
            around = text[max(0, first - 1) : first] + text[last : last + 1]
            if each.rule not in _OWN_TESTS and any(map(str.isalnum, around)):
                continue  # a piece of something longer, such as an image in base64
            before = text[max(start, first - 100) : first]
            if each.near and not re.search(each.near, before):
                continue
            test = _OWN_TESTS.get(each.rule)
            if test is None or test(found, value):
                yield Found(first, last, each.rule, each.says, "", (value, found[0], *groups))


def _is_url_credential(found: re.Match[str], value: str) -> bool:
    from mlops_checklist.sources import secret_texts

    host = found["host"].lower()
    if re.search(
        r"(?:^|\.)example\.(?:com|org|net)$|\.(?:example|invalid|test)$|^host(?:name)?$", host
    ):
        return False
    if secret_texts.is_placeholder(value) or secret_texts.is_reference(value):
        return False
    if re.search(r"[{}()$%|\[\]]$|^[{$%\[(]", value) or re.fullmatch(r"\d{1,5}", value):
        return False
    if "/" in found[0].split("://", 1)[1].split("@")[0]:
        return False
    if not re.search(r"[A-Za-z0-9]", value) or re.fullmatch(
        r"(?i)(?:my|the|db|user)?_?-?pass(?:word)?s?|pw", value
    ):
        return False
    if ":" not in found[0].split("://", 1)[1].split("@")[0]:  # `https://token@host`
        return secret_texts.looks_random(value)
    return True


def _is_basic(found: re.Match[str], value: str) -> bool:
    import base64

    from mlops_checklist.sources import secret_texts

    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except ValueError:
        return False
    user, colon, password = decoded.partition(":")
    if not (colon and decoded.isprintable() and len(user) + len(password) > 3):
        return False
    return not (password and secret_texts.is_placeholder(password))


def _is_bearer(found: re.Match[str], value: str) -> bool:
    from mlops_checklist.sources import secret_texts

    return secret_texts.looks_random(value) and not secret_texts.is_example(value)


def _is_jwt(found: re.Match[str], value: str) -> bool:
    import base64
    import json

    try:
        head = value.split(".")[0]
        json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return False
    return "SflKxwRJSMeKKF2QT4" not in value  # the sample token of jwt.io


def _is_command(found: re.Match[str], value: str) -> bool:
    from mlops_checklist.sources import secret_texts

    return not (
        secret_texts.is_placeholder(value)
        or secret_texts.is_reference(value)
        or secret_texts.is_expression(value, False)
        or secret_texts.is_own_key("password", value)
    )


def _is_not_example(found: re.Match[str], value: str) -> bool:
    from mlops_checklist.sources import secret_texts

    return not secret_texts.is_example(value)


# Rules whose texts are judged by more than their form.
_OWN_TESTS: dict[str, Callable[[re.Match[str], str], bool]] = {
    "url-credentials": _is_url_credential,
    "basic-auth-header": _is_basic,
    "bearer-token": _is_bearer,
    "json-web-token": _is_jwt,
    "command-credentials": _is_command,
    "cloudant-credentials": _is_not_example,
    "npm-token": _is_not_example,
    "artifactory-key": _is_not_example,
}

_PEM = r"-----BEGIN (?:[A-Z0-9]{2,10} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
_PEM_BODY = (
    # Between header and body: line ends and quotes, also escaped; header fields. Each text can be
    # read in one way alone.
    r"(?:(?<!\\)\\+[nr\"']|[\s\"'+,>|#*;]|[A-Za-z-]{3,20}:[ ][^\r\n\\]{1,80}(?=[\r\n\\]))"
    r"{0,80}(?P<body>[A-Za-z0-9+/=]{32,})"
)


def _private_keys(text: str, start: int, end: int) -> Iterator[Found]:
    from mlops_checklist.sources import secret_texts

    for found in _compiled(_PEM).finditer(text, start, end):
        body = _compiled(_PEM_BODY).match(text, found.end(), found.end() + 1500)
        if not body or secret_texts.is_example(body["body"]):
            continue
        rule, says = "private-key", "Private key"
        if "service_account" in text[max(0, found.start() - 3000) : found.end() + 6000]:
            rule, says = "google-service-account-key", "Private key of a Google service account"
        last = text.find("-----END", body.start("body"), body.start("body") + 20_000)
        header = found[0].strip("-")
        yield Found(
            found.start(), last if last > 0 else body.end("body"), rule, says, "", (header,)
        )


def _of_names(text: str, start: int, end: int, bare: str) -> Iterator[Found]:
    from mlops_checklist.sources import assignments, secret_texts

    known = list(_judged(text, assignments.pairs(text, start, end, bool(bare)), bare))
    yield from known
    for pair in assignments.embedded(text, start, end):
        # Others than in a plain assignment, throw-away texts such as `postgres` are usual here.
        if secret_texts.secret_name(pair.name) in ("password", "key") and _can_be(pair, "key"):
            yield _named(text, pair)
    if not known:
        yield from _of_keywords(text, start, end)
    yield from _random_texts(text, start, end)


def _judged(text: str, pairs: Iterable[Pair], bare: str) -> Iterator[Found]:
    from mlops_checklist.sources import secret_texts

    for pair in pairs:
        if not pair.quoted and bare == "prose":
            upper = pair.name.isupper() and len(pair.name) > 4
            if not re.search(r"\d", pair.value) or not (upper or len(pair.value) >= 6):
                continue
        if bare == "yaml" and secret_texts.names_kubernetes_secret(pair.name, pair.value):
            continue
        strength = secret_texts.secret_name(pair.name)
        if strength and _can_be(pair, strength):
            yield _named(text, pair)


_KAGGLE = (
    r"\\?[\"']username\\?[\"']\s{0,9}:\s{0,9}\\?[\"'][\w.-]{1,80}\\?[\"']\s{0,9},\s{0,20}"
    r"\\?[\"']key\\?[\"']\s{0,9}:\s{0,9}\\?[\"'](?P<key>[0-9a-f]{32})\\?[\"']"
)


def _of_kaggle(text: str) -> Iterator[Found]:
    """Yield the key in what Kaggle gives as kaggle.json: a user's name and 32 hex digits."""
    if "username" not in text:
        return
    from mlops_checklist.sources import secret_texts

    for found in _compiled(_KAGGLE).finditer(text):
        if not secret_texts.is_example(found["key"]):
            first, last = found.span("key")
            yield Found(first, last, "generic-secret", "Kaggle API key", "", (found["key"],))


def _can_be(pair: Pair, strength: Strength, is_literal: bool = False) -> bool:
    from mlops_checklist.sources.secret_texts import can_be_secret, fits

    possible = can_be_secret(pair.name, pair.value, pair.quoted, is_literal)
    return possible and fits(strength, pair.value)


def _named(text: str, pair: Pair) -> Found:
    from mlops_checklist.sources import secret_texts

    rule, says = "generic-secret", "Secret"
    strength = secret_texts.secret_name(pair.name)
    if strength == "password":
        says = "Password"
    elif re.fullmatch(r"[0-9a-f]{64}", pair.value) and _names_domino(text):
        rule, says = "domino-api-key", "Domino API key"
    return Found(pair.start, pair.end, rule, says, pair.name, (pair.value,))


# Forms of the engine's keyword plugin that `pairs` does not know: `"x" == password` and
# `password("x")`.
_KEYWORD_FORM = (
    r"[\"'][ \t]*[!=]==?[ \t]*[\w.]{0,80}?(?i:passw|pwd|secret|api_?key)"
    r"|(?i:passw\w{0,20}|pwd|secret|api_?key)\(\""
)


def _of_keywords(text: str, start: int, end: int) -> Iterator[Found]:
    from mlops_checklist.sources import secret_texts

    if end - start > 2000 or not _compiled(_KEYWORD_FORM).search(text, start, end):
        return
    from mlops_checklist.sources.engine import keyword_values

    for value in keyword_values(text[start:end]):
        first = text.find(value, start, end)
        quoted = text[max(0, first - 1) : first] in ('"', "'")
        if quoted and secret_texts.can_be_secret("", value, True) and len(value) >= 6:
            yield Found(first, first + len(value), "generic-secret", "Secret", "", (value,))


@functools.lru_cache(maxsize=2)
def _names_domino(text: str) -> bool:
    return "domino" in text.lower()


_SECRET_WORD = r"(?i)secret|token|password|passwd|credential|api_?key|private_?key"
_HARMLESS = (
    r"(?i)sha\d|digest|hash|md5|checksum|commit|revision|integrity|tokeniz|tokens\b|run_id|public"
    r"|uuid|url"
)
_RANDOM = r"(?<![\w+/=-])(?P<quote>\\?[\"'])(?P<text>[\w+/=-]{20,200})(?P=quote)"


def _random_texts(text: str, start: int, end: int) -> Iterator[Found]:
    """Yield quoted texts that the engine's entropy plugins find, beside a secret's word."""
    from mlops_checklist.sources import secret_texts

    for found in _compiled(_RANDOM).finditer(text, start, end):
        value = found["text"]
        before = text[max(start, found.start() - 60) : found.start()]
        if not _compiled(_SECRET_WORD).search(before) or _compiled(_HARMLESS).search(before):
            continue
        if not secret_texts.looks_random(value) or secret_texts.is_id(value):
            continue
        if len(set(value)) < 8 or not secret_texts.can_be_secret("", value, True):
            continue
        name = re.search(r"([\w.-]{1,80})[\"'\]]{0,3}[ \t]*[:=][ \t]*\\?$", before)
        if name and secret_texts.secret_name(name[1]) is None:
            continue  # it has a name of its own, which promises no secret
        from mlops_checklist.sources.engine import is_random

        if is_random(value):
            first, last = found.span("text")
            yield Found(first, last, "high-entropy-string", "Random text", "", (value,))


def _of_dockerfile(file: File, text: str) -> Iterator[Found]:
    """Yield what ENV and ARG set; both stay in the image and its history."""
    from mlops_checklist.sources import secret_texts
    from mlops_checklist.sources.assignments import Pair
    from mlops_checklist.sources.dockerfile import dockerfile, variables

    try:
        instructions = file.read(dockerfile).instructions
    except Unreadable:
        return  # the rules for lines have read it
    starts = _line_starts(text)
    for instruction in instructions:
        for name, word in variables(instruction):
            strength = secret_texts.secret_name(name)
            if strength and word.text and word.place.line <= len(starts):
                first = starts[word.place.line - 1] + word.place.column - 1
                first = max(text.find(word.text, first, first + len(word.text) + 8), first)
                pair = Pair(name, word.text, first, first + len(word.text), True)
                if _can_be(pair, strength):
                    yield _named(text, pair)


def _of_python(file: File, passage: Passage) -> Iterator[Found]:
    """Yield the literals that the program gives to names, wherever they stand in its syntax."""
    from mlops_checklist.sources.assignments import Pair

    text = passage.text
    try:
        literals = file.read(_literals_by_cell).get(passage.place(0).cell, [])
    except Unreadable:
        return  # the rules for lines have read it
    starts = _line_starts(text)
    for name, value, place in literals:
        if place.line > len(starts):
            continue
        first = starts[place.line - 1] + place.column - 1
        inside = text.find(value, first, first + len(value) + 6)
        first = inside if inside >= 0 else first
        yield _named(text, Pair(name, value, first, first + len(value), True))


def _literals_by_cell(file: File) -> dict[int | None, list[tuple[str, str, Place]]]:
    """Return the secrets given to names (name, text, place) in each cell; None: a .py file."""
    from mlops_checklist.sources import secret_texts
    from mlops_checklist.sources.assignments import Pair, python_pairs
    from mlops_checklist.sources.python import module

    program = file.read(module)
    found: dict[int | None, list[tuple[str, str, Place]]] = {}
    for name, literal in python_pairs(program):
        raw = literal.value
        value = raw.decode("latin-1") if isinstance(raw, bytes) else str(raw)
        strength = secret_texts.secret_name(name)
        if strength and _can_be(Pair(name, value, 0, 0, True), strength, is_literal=True):
            place = program.place(literal)
            found.setdefault(place.cell, []).append((name, value, place))
    return found


# --- What is said ---------------------------------------------------------------------------


def _most_specific(found: Iterable[Found]) -> Iterator[Found]:
    """Leave out what overlaps something more specific."""
    kept: list[Found] = []
    taken: list[tuple[int, int]] = []  # sorted, apart from one another
    for each in sorted(found, key=lambda each: (_RANK[each.rule], each.start - each.end)):
        at = bisect_right(taken, (each.start, each.end))
        near = taken[max(0, at - 1) : at + 1]
        if not any(start < each.end and each.start < end for start, end in near):
            taken.insert(at, (each.start, each.end))
            kept.append(each)
    yield from sorted(kept)


def _shares(name: str, value: str) -> bool:
    """Tell whether a name, its usual words aside, holds six characters of the value, or all."""
    name, value = name.lower(), value.lower()
    rest = re.sub(r"passw(?:or)?d|secret|token", " ", name)
    pieces = {rest[at : at + 6] for at in range(len(rest) - 5)}
    return value in name or any(piece in value for piece in pieces)


def _message(file: File, passage: Passage, each: Found, value: str) -> str:
    said = each.says
    if each.name and not _shares(each.name, value) and each.name.isprintable():
        said += f" '{each.name}'"
    ending = value[-2:]
    said += f" of {len(value)} characters"
    if len(value) >= 12 and ending.isascii() and ending.isprintable():
        said += f" ending in '...{ending}'"
    if passage.is_output:
        line = passage.text.count("\n", 0, each.start) + 1
        return f"{said} is in an output of the cell, line {line}; clear it and revoke the secret"
    if file.kind == "dockerfile":
        return f"{said} stays in the image; set it as a Domino environment variable instead"
    if file.kind in ("python", "notebook"):
        return (
            f"{said} is hard-coded; read it from os.environ, set as a Domino environment variable"
        )
    return f"{said} is hard-coded; set it as a Domino environment variable and refer to it"


# --- What is passed over, and what is proven ------------------------------------------------

_ALLOWED = r"pragma: ?(?:allow|white)list[ -]secret"
_ALLOWED_NEXT = r"pragma: ?(?:allow|white)list[ -]nextline[ -]secret"


@functools.lru_cache(maxsize=2)
def _has_pragma(text: str) -> bool:
    return "pragma:" in text


def _is_allowed(text: str, each: Found) -> bool:
    """Tell whether detect-secrets' own comment stands on the line, or on the one above."""
    if not _has_pragma(text):
        return False
    start = text.rfind("\n", 0, each.start) + 1
    end = text.find("\n", each.start)
    if _compiled(_ALLOWED).search(text, start, end if end >= 0 else len(text)):
        return True
    above = text.rfind("\n", 0, max(0, start - 1)) + 1
    return bool(_compiled(_ALLOWED_NEXT).search(text, above, start))


@functools.cache
def _read_baseline(path: str) -> dict[str, frozenset[str]]:
    """Return detect-secrets' hashes for each file. What cannot be read allows nothing."""
    import json

    try:
        with open(path, encoding="utf-8") as opened:
            results = json.load(opened)["results"]
        return {
            os.path.normpath(name): frozenset(str(each["hashed_secret"]) for each in entries)
            for name, entries in results.items()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _engine_baseline(path: str) -> frozenset[str]:
    absolute = os.path.abspath(path)
    root = repository_root(os.path.dirname(absolute))
    if root is None or not os.path.exists(baseline := os.path.join(root, ".secrets.baseline")):
        return frozenset()
    return _read_baseline(baseline).get(os.path.relpath(absolute, root), frozenset())


def _is_known(known: frozenset[str], each: Found, value: str) -> bool:
    import hashlib

    texts = {value, *each.hashed}
    return any(
        hashlib.sha1(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest() in known
        for text in texts
    )


_OUTSIDE = r"""(?x) (?:environ|getenv|env) (?:\.get)? \s{0,5} [\[(] \s{0,5}
        ["'] (?P<variable>[A-Za-z_]\w{2,80}) ["']
    | (?P<manager> dbutils\.secrets\.get | get_secret_value | access_secret_version | hvac\.Client
        | SecretClient\(
        | keyring\.get_password | getpass\.getpass\( | secretKeyRef: | \$\{\{\ {0,3}secrets\.\w+ )
    | \$\{?(?P<shell>[A-Z][A-Z0-9_]{3,80})\b """


def _read_from_outside(text: str) -> int | None:
    """Return where a secret is first read from the environment or a secret manager."""
    from mlops_checklist.sources.secret_texts import secret_name

    for found in _compiled(_OUTSIDE).finditer(text):
        name = found["variable"] or found["shell"]
        if found["manager"] or (name and secret_name(name)):
            return found.start()
    return None


HOOK = Hook(
    id="no-hardcoded-secrets",
    description="Verify that no file holds a secret: keys, tokens, passwords, private keys.",
    reads={"*": b""},
    rules=RULES,
    check=check,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook on the command line; return the exit status."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
