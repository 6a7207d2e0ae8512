"""The formats of other programs: ChatGPT, Claude Code, aichat, OpenAI's lists, artifacts."""

from __future__ import annotations

import base64
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from disks import open_store
from streamchat.core.conversation import Conversation
from streamchat.core.errors import NotFound
from streamchat.core.message_list import MessageList, parse_message_list
from streamchat.core.messages import Block, Message, text_block
from streamchat.importers import ImportFault, aichat, conversations_in

MODEL = "claude-test"
PNG = base64.b64encode(b"\x89PNG").decode()
IMAGE: Block = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": PNG},
}


def read(path: Path) -> list[Conversation | ImportFault]:
    return list(conversations_in(path, model=MODEL))


def one(path: Path) -> Conversation:
    [found] = read(path)
    assert isinstance(found, Conversation), found
    return found


def texts(conversation: Conversation) -> list[str]:
    return [turn.message.text for turn in conversation.path]


def written(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data), "utf-8")
    return path


def lines(path: Path, *values: object) -> Path:
    path.write_text("".join(f"{json.dumps(value)}\n" for value in values), "utf-8")
    return path


# ChatGPT


def node(id: str, parent: str | None, role: str = "", *parts: Any, **more: Any) -> Any:
    content = more.pop("content", {"content_type": "text", "parts": list(parts)})
    about = more.pop("metadata", {})
    message = {
        "id": id,
        "author": {"role": role, "name": None},
        "create_time": 1700000000.5,
        "content": content,
        "metadata": about,
        **more,
    }
    return {"id": id, "parent": parent, "children": [], "message": message if role else None}


def chat(*nodes: Any, **more: Any) -> Any:
    return {
        "title": "A talk",
        "create_time": 1699999999.0,
        "conversation_id": "c-1",
        "current_node": nodes[-1]["id"],
        "mapping": {each["id"]: each for each in nodes},
        **more,
    }


HIDDEN = {"is_visually_hidden_from_conversation": True}
CODE = {"content_type": "code", "language": "python", "text": "print(1)"}
OUTPUT = {"content_type": "execution_output", "text": "1"}
POINTER = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-abc"}


SPOKEN = {"content_type": "audio_transcription", "text": "said"}
SEEN = {"content_type": "multimodal_text", "parts": [POINTER, "look", SPOKEN]}


def chatgpt() -> Any:
    by = {"model_slug": "gpt-x"}
    return chat(
        node("root", None),
        node("s", "root", "system", "be nice", metadata=HIDDEN),
        node("q", "s", "user", "q"),
        node("a1", "q", "assistant", "first", metadata=by),
        node("a2", "q", "assistant", "second", metadata=by),
        node("t", "a2", "assistant", content={"content_type": "thoughts", "thoughts": [1]}),
        node("code", "t", "assistant", content=CODE, metadata=by, recipient="python"),
        node("out", "code", "tool", content=OUTPUT),
        node("web", "out", "tool", "a whole page"),
        node("see", "web", "user", content=SEEN),
        node("end", "see", "assistant", "", "done", metadata=by),
    )  # fmt: skip


def test_a_chatgpt_export_keeps_its_branches_models_and_times(tmp_path: Path) -> None:
    found = one(written(tmp_path / "conversations.json", [chatgpt()]))
    assert (found.title, found.header.created) == ("A talk", "2023-11-14T22:13:19Z")
    assert texts(found) == [
        "q",
        "second",
        "```python\nprint(1)\n```\n",
        "[output]\n```\n1\n```\n",
        "[an image that was not imported]\nlooksaid",
        "done",
    ]
    assert [turn.message.text for turn in found.children(found.path[0].id)] == [
        *("first", "second")
    ]
    assert [turn.message.model for turn in found.path] == [
        *(None, "gpt-x", "gpt-x", None, None, "gpt-x")
    ]
    assert {turn.at for turn in found.turns} == {"2023-11-14T22:13:20Z"}
    assert found.model == MODEL
    assert found.header.extra["imported_from"] == "ChatGPT"


def test_the_zip_of_a_chatgpt_export_brings_its_images(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", json.dumps([chatgpt()]))
        archive.writestr("file-abc-photo.png", b"\x89PNG")
        archive.writestr("user.json", "{}")
    seen = one(path).path[4]
    assert seen.message.content == (IMAGE, text_block("look"), text_block("said"))


def test_an_export_may_be_split_into_several_files(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2):
            part = chat(node("q", None, "user", f"q{number}"), conversation_id=f"c{number}")
            archive.writestr(f"data/conversations-{number:03}.json", json.dumps([part]))
    assert [c.path[0].message.text for c in read(path) if isinstance(c, Conversation)] == [
        *("q0", "q1")
    ]


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        (7, "conversation 2: not an object"),
        (chat(node("q", None), mapping=[]),
         "conversation 2 ('A talk'): mapping is not an object"),
        (chat(node("q", None), mapping={}),
         "conversation 2 ('A talk'): it holds no message"),
        (chat(node("q", None), mapping={"q": 3}),
         "conversation 2 ('A talk'): a node of the mapping is not an object"),
    ],
)  # fmt: skip
def test_a_damaged_chatgpt_conversation_costs_only_itself(
    item: object, fault: str, tmp_path: Path
) -> None:
    good = [chat(node("q", None, "user", text), conversation_id=text) for text in ("a", "b")]
    found = read(written(tmp_path / "x.json", [good[0], item, good[1]]))
    assert [each.text for each in found if isinstance(each, ImportFault)] == [fault]
    assert [texts(each) for each in found if isinstance(each, Conversation)] == [["a"], ["b"]]


def test_a_ring_of_nodes_and_a_chain_of_thousands_are_no_trouble(tmp_path: Path) -> None:
    ring = chat(node("a", "b", "user", "1"), node("b", "a", "assistant", "2"))
    assert one(written(tmp_path / "x.json", [ring])).turn_count == 2
    chain = [node(f"n{n}", f"n{n - 1}" if n else None, "user", str(n)) for n in range(3000)]
    assert len(one(written(tmp_path / "x.json", [chat(*chain[::-1])])).turns) == 3000


# Claude Code

SESSION = "11111111-2222-3333-4444-555555555555"


def said(kind: str, uuid: str, parent: str | None, content: Any, **more: Any) -> Any:
    message = {"role": kind, "content": content, **more.pop("message", {})}
    return {
        "type": kind,
        "uuid": uuid,
        "parentUuid": parent,
        "sessionId": SESSION,
        "isSidechain": False,
        "timestamp": "2026-01-02T03:04:05.678Z",
        "message": message,
        **more,
    }


def test_a_session_of_claude_code(tmp_path: Path) -> None:
    about = {"id": "m1", "model": "claude-x", "usage": {"input_tokens": 5, "output_tokens": 7}}
    picture = {"type": "image", "source": dict(IMAGE["source"])}
    path = lines(
        tmp_path / f"{SESSION}.jsonl",
        {"type": "summary", "summary": "Fix it", "leafUuid": "x"},
        {"type": "file-history-snapshot", "messageId": "x"},
        said("user", "u0", None, "Caveat: …", isMeta=True),
        said("user", "u1", "u0", "<command-name>/clear</command-name>"),
        said("user", "u2", "u1", "fix the bug"),
        said("assistant", "a1", "u2", [{"type": "thinking", "thinking": "Hm."}], message=about),
        said("assistant", "a2", "a1", [{"type": "text", "text": "I look."}], message=about),
        said("assistant", "a3", "a2",
             [{"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "ls"}}],
             message=about),
        said("user", "u3", "a3",
             [{"type": "tool_result", "tool_use_id": "t",
               "content": [{"type": "text", "text": "a.py"}, picture]}]),
        said("user", "x1", None, "a subagent's", isSidechain=True),
        said("assistant", "a4", "u3", [{"type": "text", "text": "Done."}],
             message={**about, "usage": {"input_tokens": 6, "output_tokens": 1}}),
    )  # fmt: skip
    found = one(path)
    assert (found.title, found.header.extra["source_id"]) == ("Fix it", SESSION)
    assert texts(found) == [
        "fix the bug",
        "I look.",
        '[call of the tool Bash]\n```json\n{\n "command": "ls"\n}\n```\n',
        "[result]\n```\na.py\n```\n",
        "Done.",
    ]
    assert found.path[3].message.content[1] == IMAGE
    assert [turn.message.model for turn in found.path][::2] == [None, "claude-x", "claude-x"]
    assert (found.usage.input_tokens, found.usage.output_tokens) == (11, 8)
    assert found.path[0].at == "2026-01-02T03:04:05Z"


def test_a_long_result_is_cut(tmp_path: Path) -> None:
    result = [{"type": "tool_result", "content": "x" * 30_000}]
    found = one(lines(tmp_path / "s.jsonl", said("user", "u", None, result)))
    assert "[… 10,000 characters more]" in found.path[0].message.text


def test_a_damaged_line_of_a_session_costs_only_itself(tmp_path: Path) -> None:
    path = lines(tmp_path / "s.jsonl", said("user", "u1", None, "one"))
    with path.open("a") as file:
        file.write('{"type": "us\n[7]\n' + '{"a":' * 300 + "1" + "}" * 300 + "\n")
        file.write(json.dumps(said("user", "u2", "u1", "two")) + "\n")
    found = read(path)
    faults = [each.text.partition(":")[0] for each in found if isinstance(each, ImportFault)]
    assert faults == ["line 2", "line 3", "line 4"]
    assert isinstance(found[-1], Conversation)
    assert texts(found[-1]) == ["one", "two"]


# aichat

AICHAT = """\
model: openai:gpt-4o
temperature: null
save_session: true
compressed_messages:
- role: system
  content: Be brief.
- role: user
  content: first
- role: assistant
  content: |-
    a: "b"
    - c

    d
messages:
- role: system
  content: 'This is a summary: …'
- role: user
  content:
  - type: text
    text: look
  - type: image_url
    image_url:
      url: abc123
- role: assistant
  content: 'yes'
data_urls:
  abc123: data:image/png;base64,iVBORw==
"""


def test_a_session_of_aichat(tmp_path: Path) -> None:
    (tmp_path / "talk.yaml").write_text(AICHAT)
    found = one(tmp_path / "talk.yaml")
    assert (found.title, found.system) == ("talk", "Be brief.")
    assert texts(found) == ["first", 'a: "b"\n- c\n\nd', "look", "yes"]
    assert found.path[2].message.content[1] == IMAGE
    assert [turn.message.model for turn in found.path] == [None, "gpt-4o", None, "gpt-4o"]


def test_an_empty_or_other_yaml_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("messages:\nmodel: x\n")
    with pytest.raises(NotFound, match="is not YAML: it is not a session of aichat"):
        read(tmp_path / "x.yaml")
    (tmp_path / "x.yaml").write_text("messages:\n- role: robot\n  content: x\n")
    [fault] = read(tmp_path / "x.yaml")
    assert isinstance(fault, ImportFault)
    assert fault.text == "message 1: role must be user or assistant, not 'robot'"


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"a: &x [1]\nb: *x\n", "aliases are not read"),
        (b"[" * 100_000, "nested too deeply|depth"),
        (b"a: b: c\n", "line 1: "),
        (b"a: 1\n---\nb: 2\n", "more than one document"),
        (b"\xff\xfe\x00", "UTF|codec|character"),
        (b"'a\n" * 50, "line "),
        (b"!!python/object/apply:os.system [ls]", None),
    ],
)
def test_no_yaml_takes_long_or_runs_anything(data: bytes, wrong: str | None) -> None:
    if wrong is None:
        assert aichat.load_yaml(data) == ["ls"]
        return
    with pytest.raises(ValueError, match=wrong) as caught:
        aichat.load_yaml(data)
    assert "\n" not in str(caught.value)


# Lists of messages


def reply(*content: Block) -> Message:
    return Message("assistant", content, stop_reason="end_turn")


def test_a_list_of_openai_is_converted() -> None:
    data_url = f"data:image/png;base64,{PNG}"
    items = [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": [{"type": "input_text", "text": "Be nice."}]},
        {"role": "user", "content": [
            {"type": "text", "text": "what is this?"},
            {"type": "image_url", "image_url": {"url": data_url, "detail": "low"}},
            {"type": "input_image", "image_url": "https://a.b/c.png"},
            {"type": "input_audio", "input_audio": {"data": "AA"}},
            "and this?",
        ]},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}},
        ]},
        {"role": "tool", "tool_call_id": "c", "name": "f", "content": "42"},
        {"role": "assistant", "content": [{"type": "output_text", "text": "It is 42."}]},
    ]  # fmt: skip
    assert parse_message_list(items) == MessageList(
        (
            Message(
                "user",
                (
                    text_block("what is this?"),
                    IMAGE,
                    {"type": "image", "source": {"type": "url", "url": "https://a.b/c.png"}},
                    text_block("[input_audio that was not imported]\n"),
                    text_block("and this?"),
                ),
            ),
            reply(text_block('[call of the tool f]\n```json\n{"x": 1}\n```\n')),
            Message("user", (text_block("[result of the tool f]\n```\n42\n```\n"),)),
            reply(text_block("It is 42.")),
        ),
        system="Be brief.\n\nBe nice.",
    )


def test_the_items_of_the_responses_api_are_converted() -> None:
    items = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "q"}]},
        {"type": "reasoning", "summary": []},
        {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "c"},
        {"type": "function_call_output", "call_id": "c", "output": "7"},
    ]
    found = parse_message_list({"model": "gpt-x", "instructions": "Hm.", "input": items})
    assert [message.text for message in found.messages] == [
        "q",
        "[call of the tool f]\n```json\n{}\n```\n",
        "[result]\n```\n7\n```\n",
    ]
    assert (found.system, found.model) == ("Hm.", "gpt-x")


def test_blocks_of_the_messages_api_stay_as_they_are() -> None:
    blocks = [
        {"type": "document", "source": {"type": "url", "url": "https://a.b/c.pdf"}},
        {"type": "tool_result", "tool_use_id": "t", "content": "x"},
        {"type": "something_new", "x": [1]},
        {"type": "text", "text": "q", "cache_control": {"type": "ephemeral"}},
    ]
    found = parse_message_list([{"role": "user", "content": blocks}])
    assert list(found.messages[0].content) == blocks


@pytest.mark.parametrize(
    "url", ["data:image/png;base64,", "data:image/png;base64,!!", "data:text/html;base64,AAAA",
            "javascript:alert(1)", "", "file:///etc/passwd"],
)  # fmt: skip
def test_an_address_that_is_no_image_is_named_only(url: str) -> None:
    found = parse_message_list(
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]
    )
    assert found.messages[0].text == "[image that was not imported]\n"


def test_lists_are_imported_alone_in_an_object_and_line_by_line(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    whole = one(written(tmp_path / "talk.json", {"messages": messages, "model": "gpt-x"}))
    assert (whole.title, texts(whole)) == ("talk", ["q", "a"])
    assert [turn.message.model for turn in whole.path] == [None, "gpt-x"]
    assert texts(one(lines(tmp_path / "talk.jsonl", *messages))) == ["q", "a"]
    path = lines(tmp_path / "many.jsonl", {"messages": messages}, {"x": 1}, {"messages": [7]})
    found = read(path)
    assert [each.text for each in found if isinstance(each, ImportFault)] == [
        "conversation 2: it has no messages",
        "conversation 3: message 1: not an object with \"role\" and \"content\"",
    ]  # fmt: skip
    assert [each.title for each in found if isinstance(each, Conversation)] == ["many 1"]


def test_what_has_no_times_is_as_old_as_its_file(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "q"}]
    (tmp_path / "talk.yaml").write_text(AICHAT)
    for path in (written(tmp_path / "talk.json", messages), tmp_path / "talk.yaml"):
        os.utime(path, (1.5e9, 1.5e9))
        found = one(path)
        assert found.header.created == "2017-07-14T02:40:00Z"
        [taken] = open_store(tmp_path / path.suffix).take_in([found])
        assert taken.is_new
        [listed] = open_store(tmp_path / path.suffix).summaries()
        assert listed.updated == 1.5e9


# Artifacts


def claude(*blocks: Any, text: str = "") -> Any:
    message = {"uuid": "m", "sender": "assistant", "text": text, "content": list(blocks)}
    return [{"uuid": "c", "name": "n", "chat_messages": [message]}]


def made(name: str = "artifacts", **about: Any) -> Any:
    return {"type": "tool_use", "name": name, "input": about}


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (made(command="create", id="x", title="A script", type="application/vnd.ant.code",
              language="python", content="print(1)"),
         "\n\n**A script**\n\n```python\nprint(1)\n```\n\n"),
        (made(command="rewrite", title="Page", type="text/html", content="<p>\n```\n"),
         "\n\n**Page**\n\n````html\n<p>\n```\n````\n\n"),
        (made(command="update", id="x", old_str="a", new_str="b\nc"),
         "\n\n**x**\n\n```diff\n-a\n+b\n+c\n```\n\n"),
        (made(display_content={"filename": "a.yaml", "language": "yaml", "content": "a: 1"}),
         "\n\n**a.yaml**\n\n```yaml\na: 1\n```\n\n"),
        (made("create_file", path="/a.py", file_text="x = 1"),
         "\n\n**/a.py**\n\n```\nx = 1\n```\n\n"),
        (made("str_replace", path="/a.py", old_str="1", new_str="2"),
         "\n\n**/a.py**\n\n```diff\n-1\n+2\n```\n\n"),
        (made("web_search", query="x"), ""),
        (made(title="empty", content=" "), ""),
        (made(title=7, content=["x"]), ""),
    ],
)  # fmt: skip
def test_an_artifact_is_kept_as_a_code_block(block: Any, text: str, tmp_path: Path) -> None:
    data = claude({"type": "text", "text": "Here."}, block)
    assert texts(one(written(tmp_path / "x.json", data))) == [f"Here.{text}"]


def test_tags_of_older_exports_become_code_blocks(tmp_path: Path) -> None:
    tag = '<antArtifact identifier="x" type="text/markdown" title="Notes">\n# N\n</antArtifact>'
    data = claude(text=f"See:\n<antThinking>hm</antThinking>{tag}\nDone. <antArtifact>cut")
    assert texts(one(written(tmp_path / "x.json", data))) == [
        "See:\n\n\n**Notes**\n\n```markdown\n# N\n```\n\n\nDone. \n\n```\ncut\n```\n\n"
    ]


# Damage of every kind


def chat_of(id: str, text: str, at: str) -> Any:
    message = {"uuid": "m", "sender": "human", "text": text, "created_at": at}
    return {"uuid": id, "name": id, "created_at": at, "chat_messages": [message]}


DEEP = "[" * 5000 + "]" * 5000


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (DEEP, "nested too deeply"),
        ('{"uuid": "x", "chat_messages": ' + DEEP + "}", "nested too deeply"),
        ('{"uuid": ' + "1" * 5000 + "}", "a number has too many digits"),
        ('{"uuid": "x" "y"}', "Expecting ',' delimiter"),
        ('{"created_at": "0001-01-01T00:00:01+14:00", "uuid": 7}', "it has no uuid"),
        ('{"uuid": "c", "chat_messages": [{"uuid": "m", "sender": ["human"]}]}', "sender must"),
        ("nonsense", "Expecting value"),
    ],
)
def test_a_conversation_of_any_depth_or_type_costs_only_itself(
    broken: str, reason: str, tmp_path: Path
) -> None:
    times = {"a": "0001-01-01T00:00:01Z", "b": "9999-12-31T23:59:59-14:00"}
    good = [json.dumps(chat_of(id, '[{\\"', at)) for id, at in times.items()]
    path = tmp_path / "x.json"
    path.write_text(f"[{good[0]}, {broken}, {good[1]}]")
    found = read(path)
    faults = [each.text for each in found if isinstance(each, ImportFault)]
    assert len(faults) == 1
    assert faults[0].startswith("conversation 2: ")
    assert reason in faults[0]
    assert [each.title for each in found if isinstance(each, Conversation)] == ["a", "b"]


def test_an_export_that_was_cut_off_brings_what_is_whole(tmp_path: Path) -> None:
    data = [
        {
            "uuid": id,
            "name": id,
            "chat_messages": [{"uuid": "m", "sender": "human", "text": id}],
        }
        for id in "abc"
    ]
    text = json.dumps(data)
    path = tmp_path / "x.json"
    path.write_text(text[: text.rindex('"uuid": "c"') + 20])
    found = read(path)
    assert [each.title for each in found if isinstance(each, Conversation)] == ["a", "b"]
    assert sum(isinstance(each, ImportFault) for each in found) == 1
