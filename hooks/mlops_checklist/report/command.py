"""The command `mlops-checklist`: the whole checklist with its evidence, for one repository."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version

from mlops_checklist.outcome import Outcome
from mlops_checklist.report import gathering, pages, verdicts
from mlops_checklist.report.pages import Report, Subject
from mlops_checklist.settings import SettingsError

FORMATS = ("markdown", "json", "html", "sarif", "gitlab", "github")
_FAILING = {
    "violation": ("open",),
    "consider": ("open", "consider"),
    "never": (),
}
Found = dict[str, list[Outcome]]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command on the words `argv` and return the exit status.

    0: nothing at which `--fail-on` has it fail; 1: something, or a file that could not be judged;
    2: wrong usage or settings, or no Git repository, said on stderr.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    if words[:1] == ["explain"] and not os.path.isdir("explain"):
        from mlops_checklist.report import explaining

        return explaining.main(words[1:])
    if words[:1] == ["init"] and not os.path.isdir("init"):
        from mlops_checklist.report import beginning

        return beginning.main(words[1:])
    if words[:1] == ["completion"] and not os.path.isdir("completion"):
        from mlops_checklist.report import completing

        return completing.main(words[1:], _parser())
    arguments = _arguments(words)
    try:
        with _inside(arguments.path):
            return _run(arguments)
    except (SettingsError, ValueError, OSError) as error:
        print(f"mlops-checklist: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mlops-checklist",
        description="Print the MLOps checklist for a Git repository, with the evidence.",
        epilog="Also: mlops-checklist explain HOOK[/RULE], init, completion SHELL.",
        allow_abbrev=False,
    )
    parser.add_argument("path", nargs="?", default=".", help="the repository (default: this one)")
    parser.add_argument("--format", choices=FORMATS, default="markdown", help="default: markdown")
    parser.add_argument("--output", metavar="FILE", help="write to FILE, not to standard output")
    parser.add_argument(
        "--fail-on",
        choices=_FAILING,
        default="violation",
        help="exit 1 at a violation (the default), also at what is to be considered, or never",
    )
    parser.add_argument("--since", metavar="REF", help="print what has changed since a commit")
    parser.add_argument("--config", metavar="FILE", help="settings file (default: the nearest)")
    parser.add_argument(
        "--write-baseline",
        action="store_true",
        help="add what all hooks find to the baseline, and exit 0",
    )
    parser.add_argument("--version", action="version", version=version("mlops-checklist"))
    return parser


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    arguments = _parser().parse_args(words)
    if arguments.output:
        arguments.output = os.path.abspath(arguments.output)
    if arguments.config:
        arguments.config = os.path.abspath(arguments.config)
    return arguments


@contextmanager
def _inside(folder: str) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.write_baseline:
        _write_baseline(_gathered(arguments.config))
        return 0
    if arguments.since:
        from mlops_checklist.report import comparing

        before = _at(arguments.since, arguments.config)
        text, worse = comparing.compare(before, _gathered(arguments.config))
        _write(text, arguments.output)
        return int(worse and arguments.fail_on != "never")
    found, report = _report(arguments.config)
    _write(_rendered(arguments.format, found, report), arguments.output)
    if arguments.fail_on == "never":
        return 0
    failing = _FAILING[arguments.fail_on]
    return int(bool(report.errors) or any(each.state in failing for each in report.verdicts))


def _gathered(config: str | None) -> Found:
    from mlops_checklist.report import progress

    with progress.shown() as tell:
        return gathering.gather(config, tell)


def _report(config: str | None) -> tuple[Found, Report]:
    """Return what the hooks say, and all that is made of it."""
    from mlops_checklist.report import progress, recommendations, silencing
    from mlops_checklist.suppression import noting

    advising = recommendations.HOOK
    with progress.shown() as tell, noting() as used:
        found = gathering.gather(config, tell, [*gathering.hooks(), advising])
    errors = verdicts.errors(found)
    recommended = recommendations.recommendations(found)
    del found[advising.id]
    unused = silencing.unused(used, found, config)
    judged = verdicts.verdicts(found)
    return found, Report(_subject(), judged, errors, recommended, unused)


def _rendered(form: str, found: Found, report: Report) -> str:
    if form == "html":
        from mlops_checklist.report.html import html

        return html(report, _source(report.subject.commit))
    if form in ("markdown", "json"):
        return pages.markdown(report) if form == "markdown" else pages.json(report)
    from importlib import import_module

    from mlops_checklist.report import silencing

    rules = {
        f"{hook}/{rule}": sentence
        for hook, named in [
            *((hook.id, hook.rules) for hook in gathering.hooks()),
            (silencing.SPEAKER, silencing.RULES),
        ]
        for rule, sentence in named.items()
    }
    said = [*report.unused, *(each for every in found.values() for each in every)]
    said.sort(key=lambda outcome: outcome.order)
    if form != "sarif":
        said = [each for each in said if each.kind in ("violation", "missing", "error")]
    if form == "github":
        _summarize(pages.markdown(report))
    text: str = import_module(f"mlops_checklist.output.{form}").render(said, rules)
    return text


def _summarize(text: str) -> None:
    """Add the checklist to the summary of the job, where GitHub Actions asks for one."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as opened:
            opened.write(text)


def _write(text: str, output: str | None) -> None:
    if output:
        with open(output, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as opened:
            opened.write(text)
        return
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout.write(text)


def _write_baseline(found: Found) -> None:
    from mlops_checklist.suppression import baseline_path, fingerprints, write_baseline

    known = [
        fingerprint
        for said in found.values()
        for fingerprint in fingerprints([each for each in said if each.kind != "evidence"])
    ]
    write_baseline(baseline_path(""), known)


def _at(reference: str, config: str | None) -> Found:
    """Return what the hooks say of the repository at a commit, in a work tree of its own."""
    if not gathering.git("rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}"):
        raise ValueError(f"--since {reference}: Git knows no such commit")
    below = gathering.git("rev-parse", "--show-prefix")
    with tempfile.TemporaryDirectory() as folder:
        tree = os.path.join(folder, "tree")
        command = ["git", "worktree", "add", "--quiet", "--detach", tree, reference]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            raise ValueError(done.stderr.decode("utf-8", "replace").strip().partition("\n")[0])
        try:
            inside = os.path.join(tree, below)
            if not os.path.isdir(inside):
                return {}
            with _inside(inside):
                return _gathered(config)
        finally:
            command = ["git", "worktree", "remove", "--force", tree]
            subprocess.run(command, capture_output=True, check=False)


def _subject() -> Subject:
    top = gathering.git("rev-parse", "--show-toplevel")
    return Subject(
        os.path.basename(top),
        gathering.git("rev-parse", "--verify", "--quiet", "HEAD"),
        gathering.git("show", "--no-patch", "--format=%cI", "HEAD"),
        version("mlops-checklist"),
    )


def _source(commit: str) -> str:
    """Return where GitHub or GitLab shows the files of a commit; "" if the origin is neither."""
    import re

    origin = gathering.git("remote", "get-url", "origin")
    found = re.fullmatch(
        r"(?:https://(?:[^@/]*@)?|(?:ssh://)?git@)((?:[\w-]+\.)*(?:github|gitlab)[\w.-]*)[:/]"
        r"([\w./-]+?)(?:\.git)?/?",
        origin,
    )
    if found is None or not commit:
        return ""
    prefix = gathering.git("rev-parse", "--show-prefix").rstrip("/")
    below = "/-/blob" if "gitlab" in found[1] else "/blob"
    return f"https://{found[1]}/{found[2]}{below}/{commit}" + (f"/{prefix}" if prefix else "")


if __name__ == "__main__":
    raise SystemExit(main())
