"""The style sheet of an exported page, light or dark like the reader's system."""

STYLE = """\
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1f2328; --dim: #59636e; --line: #d9dee4; --link: #0550ae;
  --user: #f1f5f9; --edge: #3b6ea8; --code: #f6f8fa; --inline: #eceff3;
  --kw: #a0111f; --str: #0a3069; --com: #57606a; --num: #0550ae; --fn: #6639ba;
  --bi: #7d4e00; --ins: #116329; --del: #a0111f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --text: #e3e6ea; --dim: #9aa4af; --line: #343b43; --link: #79b8ff;
    --user: #1e242b; --edge: #5c93cf; --code: #1b2026; --inline: #2a3038;
    --kw: #ff8a80; --str: #a5d6ff; --com: #98a2ad; --num: #79c0ff; --fn: #d2a8ff;
    --bi: #ffb86b; --ins: #7ee787; --del: #ff8a80;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 5rem; max-width: 48rem;
  background: var(--page); color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans",
    sans-serif;
  overflow-wrap: anywhere; text-size-adjust: 100%;
}
a { color: var(--link); text-underline-offset: .15em; }
header.page { border-bottom: 1px solid var(--line); margin-bottom: 2rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .4rem; text-wrap: balance; }
header.page p, time, .note, .attached, summary, .lang { color: var(--dim); }
header.page p { margin: 0 0 1.25rem; font-size: .9rem; }
article { margin: 0 0 2rem; }
article.user {
  background: var(--user); border-left: 4px solid var(--edge); border-radius: .375rem;
  padding: .85rem 1.1rem;
}
.by { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.by h2 { font-size: .9rem; margin: 0 0 .3rem; }
.price { color: var(--dim); font-size: .8rem; margin-left: auto; }
time { font-size: .8rem; white-space: nowrap; }
.typed { white-space: pre-wrap; tab-size: 4; }
.prose p { white-space: pre-wrap; }
.prose > :first-child { margin-top: 0; }
.prose > :last-child { margin-bottom: 0; }
p, ul, ol, blockquote, table, .code { margin: 0 0 1rem; }
h3, h4, h5, h6 { line-height: 1.3; margin: 1.7rem 0 .6rem; }
h3 { font-size: 1.35rem; } h4 { font-size: 1.18rem; } h5 { font-size: 1.05rem; }
h6 { font-size: 1rem; color: var(--dim); }
ul, ol { padding-left: 1.6rem; }
li > p { margin-bottom: .4rem; }
li > ul, li > ol { margin-bottom: 0; }
blockquote { border-left: 3px solid var(--line); color: var(--dim); padding-left: 1rem;
  margin-left: 0; margin-right: 0; }
blockquote > :last-child { margin-bottom: 0; }
hr { border: 0; border-top: 1px solid var(--line); margin: 2rem 0; }
code, pre { font: .875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono",
  monospace; }
pre code { font-size: 1em; }
:not(pre) > code { background: var(--inline); border-radius: .25rem; padding: .1em .35em; }
.code { background: var(--code); border: 1px solid var(--line); border-radius: .375rem;
  overflow: hidden; }
.lang { font-size: .75rem; padding: .35rem .9rem 0; }
pre { margin: 0; padding: .7rem .9rem; overflow-x: auto; tab-size: 4; overflow-wrap: normal; }
.html, .tag, .note-mark { color: var(--dim); }
.text { white-space: pre-wrap; margin: 0 0 1rem; }
.html { white-space: pre-wrap; font-size: .875rem; margin: 0 0 1rem; }
div.math { margin: 0 0 1rem 2rem; white-space: pre-wrap; font: .95em/1.4 ui-monospace,
  "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
li.task { list-style: none; margin-left: -1.2rem; }
li.task > p:first-child { display: inline; }
.alert { font-weight: 600; } .alert.important { color: var(--fn); }
.alert.note { color: var(--link); } .alert.tip { color: var(--ins); }
.alert.warning, .alert.caution { color: var(--del); }
.footnote { font-size: .9rem; } .footnote > p:first-of-type { display: inline; }
table { border-collapse: collapse; display: block; max-width: 100%; overflow-x: auto;
  overflow-wrap: normal; }
th, td { border: 1px solid var(--line); padding: .4rem .75rem; text-align: left;
  vertical-align: top; }
th { background: var(--code); }
.right { text-align: right; } .center { text-align: center; }
img { display: block; max-width: 100%; max-height: 30rem; border-radius: .375rem; }
.attached, .note { font-size: .875rem; }
details { margin: 0 0 1rem; font-size: .925rem; color: var(--dim); }
summary { cursor: pointer; }
details > div { border-left: 3px solid var(--line); margin-top: .5rem; padding-left: 1rem; }
.kw { color: var(--kw); } .str { color: var(--str); } .num { color: var(--num); }
.com { color: var(--com); font-style: italic; } .fn { color: var(--fn); }
.bi { color: var(--bi); } .ins { color: var(--ins); } .del { color: var(--del); }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  pre { white-space: pre-wrap; } table { display: table; }
  article.user, .code, tr, img { break-inside: avoid; }
}
"""
