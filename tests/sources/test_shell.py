"""The shell reader: which commands a text runs, and where each word of them stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.outcome import Place
from mlops_checklist.sources.shell import Command, Word, commands, joined, nested, unwrapped


def shown(found: list[Command]) -> list[str]:
    """Each command as `line:column word|word`, with NAME=value| before it."""
    return [
        f"{one.place.line}:{one.place.column} "
        + "|".join(
            [f"{name}={word.text}" for name, word in one.assignments]
            + [word.text for word in one.words]
        )
        for one in found
    ]


RUN = {
    "plain": ("pip install x", ["1:1 pip|install|x"]),
    "separators": ("a;b&c&&d||e|f|&g\nh", [f"1:{1 + 2 * i} {c}" for i, c in enumerate("abc")]
                   + ["1:8 d", "1:11 e", "1:13 f", "1:16 g", "2:1 h"]),
    "quotes": ("pip install 'a b' \"c d\" e\\ f g'h'\"i\"", ["1:1 pip|install|a b|c d|e f|ghi"]),
    "ansi quotes": ("a $'b\\n\\x41\\'c' $\"d\"", ["1:1 a|b\nA'c|d"]),
    "escapes in double quotes": (r'a "b\"c\d\$e"', [r'1:1 a|b"c\d$e']),
    "empty word": ("a '' \"\"", ["1:1 a||"]),
    "continuation": ("pip install \\\n  a \\\n  b\nc", ["1:1 pip|install|a|b", "4:1 c"]),
    "continuation in a word": ("pan\\\ndas", ["1:1 pandas"]),
    "crlf": ("a \\\r\n  b\r\nc\r\n", ["1:1 a|b", "3:1 c"]),
    "comment": ("a # b; c\n# d\ne#f '#g'", ["1:1 a", "3:1 e#f|#g"]),
    "comment hides a backslash": ("a # b \\\nc", ["1:1 a", "2:1 c"]),
    "variables": ("a $B ${C:-d e} \"$F g\" $1$@", ["1:1 a|$B|${C:-d e}|$F g|$1$@"]),
    "template expression": ("a ${{ b.c || 'd' }} e", ["1:1 a|${{ b.c || 'd' }}|e"]),
    "assignments": ("A=1 B='2 3' pip x", ["1:3 A=1|B=2 3|pip|x"]),
    "bare assignment": ("A=1\nB+=2; C=", ["1:3 A=1", "2:4 B=2", "2:9 C="]),
    "array": ("A=(x 'y z' # c\n w)\nb", ["1:3 A=(x 'y z' # c\n w)", "3:1 b"]),
    "array of declare": ("declare -a A=(x y) B=1", ["1:1 declare|-a|A=(x y)|B=1"]),
    "export": ("export A=b C", ["1:1 export|A=b|C"]),
    "redirections": ("a >b 2>&1 <c &>d 3>>e >|f g {h}>i", ["1:1 a|g"]),
    "unquoted specifier is a redirection": ("pip install a>=1", ["1:1 pip|install|a"]),
    "if": ("if pip x; then a; elif b; then c; else d; fi",
           ["1:4 pip|x", "1:16 a", "1:24 b", "1:32 c", "1:40 d"]),
    "if not": ("if ! a; then b; fi", ["1:6 a", "1:14 b"]),
    "for": ("for x in a b; do cmd $x; done | sort", ["1:18 cmd|$x", "1:33 sort"]),
    "for over lines": ("for x in a \\\n b\ndo\n c\ndone", ["4:2 c"]),
    "arithmetic for": ("for ((i=0; i<3; i++)); do a; done", ["1:27 a"]),
    "while read": ("while read -r a; do b; done < <(c)", ["1:7 read|-r|a", "1:21 b", "1:33 c"]),
    "case": ("case $x in\n a|b) c;;\n (d) e ;;\n *) f\nesac\ng",
             ["2:7 c", "3:6 e", "4:5 f", "6:1 g"]),
    "case in a substitution": ("a=$(case x in y) b;; esac); c", ["1:3 a=$(case x in y) b;; esac)",
                                                              "1:18 b", "1:29 c"]),
    "functions": ("f() { a; }\nfunction g { b; }\nfunction h() {\n c\n}",
                  ["1:7 a", "2:14 b", "4:2 c"]),
    "group and subshell": ("{ a; }; (b && (c)) || d", ["1:3 a", "1:10 b", "1:16 c", "1:23 d"]),
    "time": ("time -p a; time b", ["1:9 a", "1:17 b"]),
    "keyword as argument": ("echo if then do", ["1:1 echo|if|then|do"]),
    "quoted keyword": ("'if' a", ["1:1 if|a"]),
    "test": ("[[ $a =~ ^(b|c)$ && d > e ]] && f", ["1:1 [[|$a|=~|^(b|c)$|&&|d|>|e|]]", "1:33 f"]),
    "test in a substitution": ("a $([[ b ]]) c", ["1:1 a|$([[ b ]])|c", "1:5 [[|b|]]"]),
    "single bracket": ("[ -f a ] || b", ["1:1 [|-f|a|]", "1:13 b"]),
    "arithmetic": ("a $((1 << 2)) ; (( x > 3 )) && b", ["1:1 a|$((1 << 2))", "1:32 b"]),
    "command in arithmetic": ("a $(( $(nproc) - 1 ))", ["1:1 a|$(( $(nproc) - 1 ))", "1:9 nproc"]),
    "substitution": ("a $(b \"$(c)\" | d) e", ["1:1 a|$(b \"$(c)\" | d)|e", "1:5 b|$(c)",
                                               "1:10 c", "1:16 d"]),
    "substitution in quotes": ('a "x $(b "c d")"', ['1:1 a|x $(b "c d")', "1:8 b|c d"]),
    "backticks": ("a `b \"c\"` \"`d`\"", ["1:1 a|`b \"c\"`|`d`", "1:4 b|c", "1:13 d"]),
    "default value": ("a ${B:-$(c)}", ["1:1 a|${B:-$(c)}", "1:10 c"]),
    "single quotes run nothing": ("a '$(b)'", ["1:1 a|$(b)"]),
    "here-document": ("cat <<EOF > a\npip x\nEOF\nb", ["1:1 cat", "4:1 b"]),
    "here-document expands": ("cat <<E\n$(a) \\$(b)\nE", ["1:1 cat", "2:3 a"]),
    "here-document quoted": ("cat <<'E'\n$(a)\nE\nb", ["1:1 cat", "4:1 b"]),
    "here-document with tabs": ("cat <<-E\n\tx\n\tE\nb", ["1:1 cat", "4:1 b"]),
    "two here-documents": ("a <<A; b <<B\n1\nA\n2\nB\nc", ["1:1 a", "1:8 b", "6:1 c"]),
    "here-document of a shell": ("sudo bash -e <<'E' && a\npip x\nE\nb",
                                 ["1:1 sudo|bash|-e", "1:23 a", "2:1 pip|x", "4:1 b"]),
    "here-document of sh -s": ("sh -s -- a <<E\nb\nE", ["1:1 sh|-s|--|a", "2:1 b"]),
    "here-document of a script": ("sh a.sh <<E\nb\nE", ["1:1 sh|a.sh"]),
    "here-document in a substitution": ("a=$(cat <<E\nb\nE\n)\nc",
                                        ["1:3 a=$(cat <<E\nb\nE\n)", "1:5 cat", "5:1 c"]),
    "here-document open": ("cat <<E\nb", ["1:1 cat"]),
    "here-string": ("a <<< 'b c' d", ["1:1 a|d"]),
    "here-string of a shell": ("bash <<< 'b c'", ["1:1 bash", "1:11 b|c"]),
    "bash -c": ("bash -lc 'a && b' x; c", ["1:1 bash|-lc|a && b|x", "1:11 a", "1:16 b", "1:22 c"]),
    "bash -c with escapes": ('sh -c "a \\"b c\\" d"', ['1:1 sh|-c|a "b c" d', "1:8 a|b c|d"]),
    "bash -c over lines": ("bash -c '\n  a\n  b'", ["1:1 bash|-c|\n  a\n  b", "2:3 a", "3:3 b"]),
    "bash -o": ("bash -o pipefail -c 'a'", ["1:1 bash|-o|pipefail|-c|a", "1:22 a"]),
    "bash -c with a substitution": ('bash -c "a $(b)"', ["1:1 bash|-c|a $(b)", "1:10 a|$(b)",
                                                         "1:14 b"]),
    "bash -c twice": ("bash -c 'sh -c \"a b\"'", ['1:1 bash|-c|sh -c "a b"', "1:10 sh|-c|a b",
                                                 "1:17 a|b"]),
    "su": ("su - me -c 'a b'", ["1:1 su|-|me|-c|a b", "1:13 a|b"]),
    "eval": ("eval 'a b' c", ["1:1 eval|a b|c", "1:7 a|b|c"]),
    "conda run bash": ("conda run -n e bash -c 'a'", ["1:1 conda|run|-n|e|bash|-c|a", "1:25 a"]),
    "script with -c of its own": ("bash a.sh -c 'b'", ["1:1 bash|a.sh|-c|b"]),
    "open single quote": ("a 'b c\nd", ["1:1 a|b c\nd"]),
    "open double quote": ('a "b', ["1:1 a|b"]),
    "open substitution": ("a $(b", ["1:1 a|$(b", "1:5 b"]),
    "open backtick": ("a `b", ["1:1 a|`b", "1:4 b"]),
    "open braces": ("a ${b", ["1:1 a|${b"]),
    "backslash at the end": ("a b\\", ["1:1 a|b"]),
    "closing without opening": ("a ) ; b ;; } c", ["1:1 a", "1:7 b", "1:14 c"]),
    "nothing": (" \n# a\n\n", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), RUN.values(), ids=RUN)
def test_commands(text: str, expected: list[str]) -> None:
    assert shown(commands(text)) == expected


def test_words_know_their_places() -> None:
    (command,) = commands("A='x' pip \"a b\" \\\n  $C", line=7, column=5)
    (_, value), (pip, quoted, variable) = command.assignments[0], command.words
    assert (value.place, value.end, value.literal) == (Place(7, 7), (7, 10), True)
    assert (pip.place, pip.end) == (Place(7, 11), (7, 14))
    assert (quoted.text, quoted.place, quoted.end) == ("a b", Place(7, 15), (7, 20))
    assert (quoted.at(0), quoted.at(2)) == (Place(7, 16), Place(7, 18))
    assert (variable.place, variable.literal) == (Place(8, 3), False)


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("a", True),
        ("'$a'", True),
        ("\\$a", True),
        ('"a"', True),
        ("a$", True),
        ("$a", False),
        ('"$a"', False),
        ("${a}", False),
        ("`a`", False),
        ("$(a)", False),
        ("<(a)", False),
    ],
)
def test_literal(text: str, literal: bool) -> None:
    assert commands(f"x {text}")[0].words[1].literal is literal


def test_a_part_of_a_word() -> None:
    word = commands("a 'b'\"cd\"e")[0].words[1]
    assert word.text == "bcde"
    part = word.part(1, 4)
    assert (part.text, part.place, part.end) == ("cde", Place(1, 7), (1, 11))
    assert [part.at(index).column for index in range(3)] == [7, 8, 10]


def test_joined() -> None:
    word = joined([("ab\nc", 3, 5), ("d", 9, 2)])
    assert word.text == "ab\ncd"
    assert [word.at(index) for index in (0, 1, 3, 4)] == [
        Place(3, 5),
        Place(3, 6),
        Place(4, 1),
        Place(9, 2),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pip x", "1:1 pip|x"),
        ("sudo pip x", "1:6 pip|x"),
        ("sudo -Hu root -E pip x", "1:18 pip|x"),
        ("/usr/bin/sudo -uroot A=b pip", "1:24 A=b|pip"),
        ("env -u X A=b C='d e' pip x", "1:12 A=b|C=d e|pip|x"),
        ("Z=1 env A=b pip", "1:3 Z=1|A=b|pip"),
        ("exec nohup nice -n 5 time pip x", "1:27 pip|x"),
        ("nice -5 pip", "1:9 pip"),
        ("command pip x", "1:9 pip|x"),
        ("command -v pip", "1:1 command|-v|pip"),
        ("xargs -n1 -P 4 -I{} pip install {}", "1:21 pip|install|{}"),
        ("xargs -0 -r pip install", "1:13 pip|install"),
        ("timeout -s KILL 10m pip x", "1:21 pip|x"),
        ("conda run --no-capture-output -n env pip x", "1:38 pip|x"),
        ("poetry run pip x", "1:12 pip|x"),
        ("pipenv run pip", "1:12 pip"),
        ("pdm run pip", "1:9 pip"),
        ("hatch run pip", "1:11 pip"),
        ("uv run --with a --no-sync -- pip x", "1:30 pip|x"),
        ("uv pip install x", "1:1 uv|pip|install|x"),
        ("sudo -E env A=b uv run python a.py", "1:15 A=b|python|a.py"),
    ],
)
def test_unwrapped(text: str, expected: str) -> None:
    assert shown([unwrapped(commands(text)[0])]) == [expected]


def test_a_wrapper_that_runs_nothing() -> None:
    assert unwrapped(commands("sudo -l")[0]) == Command((), ())


def test_nested_reads_commands_made_of_arguments() -> None:
    words = [Word("bash", Place(2, 3)), Word("-c", Place(3, 3)), Word("pip x", Place(4, 3))]
    (inner,) = nested(Command((), tuple(words)))
    assert [(word.text, word.place.line) for word in inner.words] == [("pip", 4), ("x", 4)]
    assert nested(Command((), ())) == []


PARTS = st.sampled_from(
    ["a", " ", "\n", "\r\n", "\r", ";", "&", "|", "(", ")", "((", "))", "{", "}", "$(", "$((", "${",
     "`", "'", '"', "$'", "\\", "#", "<<E", "<<-E", "<<<", "\nE\n", "<(", ">", "2>&1", "[[", "]]",
     "case", " in ", "esac", ";;", "for", "function", "bash -c ", "bash <<E\n", "eval ", "sudo ",
     "env ", "A=", "A=(", "if", "\u00a0", "\u2028", "\x0b", "\x1c"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.lists(PARTS, max_size=40).map("".join), st.text()))
def test_any_text_is_read(text: str) -> None:
    last = text.count("\n") + 1
    for command in commands(text):
        assert 1 <= command.place.line <= last
        unwrapped(command)
        for word in command.words:
            assert word.place[:2] <= word.end
            assert 1 <= word.at(len(word.text)).line <= last


@pytest.mark.parametrize(
    "opening",
    ["$(", "(", "((", "${", "`", '"$(', "A=(", "$((", "<(", "case x in ", "[[ ", "eval ", "sudo ",
     "bash <<E\n", "bash -c '", "{ ", "if ", "f() "],
)  # fmt: skip
def test_depth_is_bounded(opening: str) -> None:
    assert isinstance(commands(opening * 3000), list)
