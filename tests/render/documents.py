"""Documents that together hold every kind of block and every policy, and a generator."""

from __future__ import annotations

import random

TOUR = """\
# Title *x*

Hello **world** [foo] and `code` with <kbd>x</kbd>. See https://x.org.
Second line[^1] &copy; &#x202e; $x_1$ costs $5\\
hard break

[foo]: http://x.org "T"
[bar]: /y

- one
- [x] two
  - nested [foo]

    para
  1. ordered
- three

9. nine
10. ten

> quote [bar]
>
> - in quote
> ```python
> def f(x):
>     return \"\"\"doc
>     more\"\"\"
> ```
lazy?

```rust
fn main() {
    /* multi
       line */
    let x = r#"raw
string"#;
}
```

| a | b | 中文 |
|---|--:|:-:|
| 1 | two `x` | [late] |
| 日本語 👩‍👩‍👧 🇩🇪 | [l](http://y.z) | x<br>y |

[late]: http://late.org

$$
x^2
$$

<div>
html
</div>

***
    indented

~~~nonsense
plain
~~~
-
[^1]: note

    more
"""

FRAGMENTS = (
    *("# H *x*\n", "para **bold\nmore** text\n", "\n", "\n\n", "- a\n", "- b\n  - c\n"),
    *("  deeper\n", "1. one\n", "99. x\n", "> q\n", "> > qq\n", ">\n", "```\n"),
    *("more\n'''\n", "```python\ndef f():\n  '''doc\n", "    indented\n"),
    *("| a | b |\n|--|:-:|\n| 1 | `2` |\n", "| x | [r] |\n", '[r]: http://x.org "T"\n'),
    *("see [r] [nope]\n", "<div>\nx\n", "</div>\n", "<kbd>x</kbd>\n", "***\n"),
    *("$$\nx^2\n$$\n", "$5 and $x$ \\(a_1\\)\n", "e\u0301 中文字符 🇩🇪\n", "[^1]: note\n"),
    *("t[^1] https://a.b/c.\n", "- [ ] todo\n", "&copy; &#x202e;\n", "\x1b[31m\x07\n"),
    *("a\tb\tc\n", "~~~go\nx := `raw\n", "`\n~~~\n", "-\n", "unbreakable" * 5 + "\n"),
    *("x  \ny\\\nz\n", '![alt](i.png "t")\n', "[a](javascript:x) <http://u.v>\n"),
    *("\\[\nE=mc^2\n\\]\n", "~~del~~\n", "+ p\n\n  q\n", " ", "`code", "**", "_", "["),
    *("](", "\r\n", "| |", "👩‍👩‍👧"),
)


def random_document(rng: random.Random) -> str:
    return "".join(rng.choice(FRAGMENTS) for _ in range(rng.randint(1, 14)))


def random_cuts(rng: random.Random, source: str) -> list[str]:
    pieces = []
    while source:
        size = rng.randint(1, 20)
        pieces.append(source[:size])
        source = source[size:]
    return pieces
