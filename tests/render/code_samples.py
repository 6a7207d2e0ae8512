"""Constructs over several lines, by language; {B} and kin stand for many lines."""

from __future__ import annotations

PROSE = 'line %d of it\'s text // "x" # y'
FILLERS = {
    "{B}": PROSE,
    "{Q}": "plain line %d",
    "{S}": "word = other%d",
    "{A}": '  a%d="x"',
    "{C}": ".c%d { color: red; }",
    "{J}": '"k%d": {"v": "x"},',
    "{I}": "  item%d: x",
    "{M}": "  a%d \\",
}
SAMPLES: dict[str, tuple[str, ...]] = {
    "python": (
        'def f():\n    """Doc.\n{B}\n    """\n    return 1\n',
        'x = """\n{B}\n"""\ny = 2\n',
        "class A:\n    r'''raw\n{B}\n    '''\n    x = f'''a {x}\n{B}'''\n",
        "call(\n{S},\n)\n",
    ),
    "javascript": (
        "/* c\n{B}\n*/\nlet x = 1;\n",
        "let s = `t ${a+1}\n{B}\n`;\nfoo(/re/g);\n",
        "/** doc\n{B}\n*/\nfunction f() {}\n",
    ),
    "typescript": (
        "/* c\n{B}\n*/\nlet x: number = 1;\n",
        "const s: string = `t ${a+1}\n{B}\n`;\n",
    ),
    "rust": (
        "/* c /* n */\n{B}\n*/\nlet x = 1;\n",
        'let r = r#"raw\n{B}\n"#;\nlet y = 2;\n',
        'let s = "a\n{Q}\n";\nlet y = 2;\n',
        "/** doc\n{B}\n*/\nfn f() {}\n",
    ),
    "go": (
        "/* c\n{B}\n*/\nvar x = 1\n",
        "var s = `raw\n{B}\n`\nvar y = 2\n",
    ),
    "c": (
        "/* c\n{B}\n*/\nsize_t x = 1;\n",
        "int f(int a,\n   int b)\n{\n{S}\n return a;\n}\n",
        "#if 0\n{B}\n#endif\nint y;\n",
        "#define X \\\n{M}\n 1\nint y;\n",
    ),
    "cpp": (
        "/* c\n{B}\n*/\nstd::size_t x = 1;\n",
        'auto s = R"x(raw\n{B}\n)x";\nint y;\n',
    ),
    "java": (
        "/** c\n{B}\n*/\nclass A {}\n",
        'String s = """\n{Q}\n""";\nint y;\n',
    ),
    "csharp": (
        "/* c\n{B}\n*/\nint x = 1;\n",
        'var s = @"raw\n{Q}\n";\nint y;\n',
    ),
    "ruby": (
        "=begin\n{B}\n=end\nx = 1\n",
        "s = <<~EOS\n{B}\nEOS\ny = 2\n",
        's = foo(<<-A, 1)\n{B}\n  A\nputs "x"\n',
        's = "a\n{S}\n"\nputs 1\n',
        "s = %q(a\n{S}\n)\nputs 1\n",
    ),
    "php": (
        "/* c\n{B}\n*/\n$x = 1;\n",
        "$s = <<<EOT\n{B}\nEOT;\n$y = 2;\n",
        "$s = 'a\n{S}\n';\n$y = strlen($s);\n",
        "<?php\n/** d\n{B}\n*/\n$y = strlen($s);\n?>\n<b>x</b>\n",
    ),
    "bash": (
        "cat <<EOF > f\n{B}\nEOF\necho hi\n",
        "cat <<'END'\n{B}\nEND\nls\n",
        "x='a\n{S}\n'\necho $x\n",
        'x="a $y\n{S}\n"\necho $x\n',
    ),
    "sql": (
        "/* c\n{B}\n*/\nSELECT 1;\n",
        "SELECT 'a\n{S}\n' FROM t;\n",
    ),
    "html": (
        "<!-- c\n{B}\n-->\n<p>x</p>\n",
        "<div\n{A}\n>x</div>\n",
        "<style>\n{C}\n</style>\n<p>x</p>\n",
        "<script>\n{S}\nlet x = 1;\n</script>\n<p>x</p>\n",
    ),
    "css": ("/* c\n{B}\n*/\na { color: red }\n", "a {\n{C}\n}\n"),
    "json": ('{\n{J}\n"z": [1, true, null]\n}\n', "/* c\n{B}\n*/\n[1]\n"),
    "yaml": (
        'a: |\n{I}\nb: 2\nc: "x\n{I}\n"\nd: [1,\n{I}\n]\n',
        "a:\n  b: |\n    {Q}\n  c: >\n   x\nd: 2\ne:\n  - f: |\n      t\n    g: 3\n",
    ),
    "toml": ('a = """\n{S}\n"""\nb = 2\n[x.y]\n', "a = '''\n{S}\n'''\nb = 2\n"),
    "diff": ("diff --git a b\n--- a\n+++ b\n@@ -1,2 +3,4 @@\n-x\n+y\n{B}\n-z\n",),
    "lua": ("--[[ c\n{B}\n]]\nlocal x = 1\n", "x = [==[\n{B}\n]==]\ny = 2\n"),
    "kotlin": ("/* c\n{B}\n*/\nval x = 1\n",),
    "swift": ("/* c\n{B}\n*/\nlet x = 1\n",),
    "xml": ("<!-- c\n{B}\n-->\n<p>x</p>\n",),
    "haskell": ("{- c\n{B}\n-}\nx = 1\n",),
    "perl": ("=pod\n\n{B}\n\n=cut\n\nmy $x = 1;\n",),
}


def filled(sample: str, lines: int) -> str:
    for name, line in FILLERS.items():
        sample = sample.replace(name, "\n".join(line % number for number in range(lines)))
    return sample
