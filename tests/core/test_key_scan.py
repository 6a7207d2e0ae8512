"""What looks like a key, and all that does not. No key here is whole in the source."""

from __future__ import annotations

import hashlib
import random
import string
from base64 import b64encode
from pathlib import Path

import pytest

from streamchat.core.key_check import FoundKey, describe_keys, find_keys, find_keys_in
from streamchat.core.messages import Message, text_block

SOURCES = sorted((Path(__file__).parents[2]).glob("src/**/*.py"))
_RANDOM = random.Random(7)


def letters(count: int, of: str = string.ascii_letters + string.digits) -> str:
    return "".join(_RANDOM.choices(of, k=count))


UPPER, HEX = "ABCDEFGHJKLMNPQRSTUVWXYZ234567", "0123456789abcdef"
KEYS = [
    ("a private key", "-----BEGIN RSA " + "PRIVATE KEY-----\n" + letters(64) + "\n"),
    ("a private key", "-----BEGIN " + "PRIVATE KEY-----\\n" + letters(64) + "\\n"),
    ("a private key", "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n" + letters(70)),
    ("an AWS access key", "AKIA" + letters(16, UPPER)),
    ("an Anthropic key", "sk-ant-" + "api03-" + letters(93) + "AA"),
    ("an OpenAI key", "sk-" + "proj-" + letters(40) + "T3BlbkFJ" + letters(40)),
    ("a Google API key", "AIza" + letters(35)),
    ("an Azure storage key", "AccountKey=" + letters(86) + "=="),
    ("a GitHub token", "ghp_" + letters(36)),
    ("a GitHub token", "github_pat_" + letters(82)),
    ("a GitLab token", "glpat-" + letters(20)),
    ("a Slack token", "xoxb-" + "123456789012-1234567890123-" + letters(24)),
    ("a Slack webhook", "hooks.slack.com/" + "services/T0AB12CD3/B0AB12CD3/" + letters(24)),
    ("a Stripe key", "sk_live_" + letters(24)),
    ("a SendGrid key", "SG." + letters(22) + "." + letters(43)),
    ("an npm token", "npm_" + letters(36)),
    ("a PyPI token", "pypi-" + "AgEIcHlwaS5vcmc" + letters(120)),
    ("a Hugging Face token", "hf_" + letters(34, string.ascii_letters)),
    ("a DigitalOcean token", "dop_v1_" + letters(64, HEX)),
    ("an AWS secret key", "aws_secret_access_key = " + letters(40)),
    ("an AWS secret key", "AWS_SECRET_ACCESS_KEY=" + letters(40)),
    ("an AWS secret key", '"SecretAccessKey": "' + letters(40)),
    ("an Anthropic key", "sk-ant-" + "admin01-" + letters(90)),
    ("an Anthropic key", "sk-ant-" + "oat01-" + letters(95)),
    ("an OpenAI key", "sk-" + "svcacct-" + letters(74) + "T3BlbkFJ" + letters(74)),
    ("an OpenRouter key", "sk-or-" + "v1-" + letters(64, HEX)),
    ("a Groq key", "gsk_" + letters(52)),
    ("a Google OAuth token", "ya29." + "a0" + letters(150)),
    ("a private key", '"private_key": "-----BEGIN ' + "PRIVATE KEY-----\\n" + letters(64)),
    ("a Slack token", "xoxp-" + "123456789012-123456789012-1234567890123-" + letters(32, HEX)),
    ("a Slack token", "xoxe." + "xoxp-1-" + letters(160)),
    ("a Stripe key", "sk_test_" + letters(24)),
    ("a Stripe webhook secret", "whsec_" + letters(32)),
    ("a GitLab token", "glptt-" + letters(40, HEX)),
    ("a Docker token", "dckr_pat_" + letters(27)),
    ("an address with a password", "postgres" + "://app:s3cr7Tq!x@db.example.com/x"),
    ("an address with a password", "https" + "://:h0-Rk8z_q@host"),
    ("a password of .netrc", "machine " + "api.host.com login me\n  password h0Rk8zq"),
    ("a private key", "Private-Lines: " + "14\n" + letters(64)),
    ("an AWS session token", "IQoJb3JpZ2lu" + "X2Vj" + letters(300)),
    ("an Amazon Bedrock key", "ABSK" + letters(130)),
    ("a GitLab token", "gloas-" + letters(64)),
    ("a Grafana token", "glc_" + letters(120)),
    ("a 1Password token", "ops_" + "eyJ" + letters(260)),
    ("an Artifactory key", "AKCp" + letters(69)),
    ("a Brevo key", "xkeysib-" + letters(64, HEX) + "-" + letters(16)),
    ("a Cloudflare key", "v1.0-" + letters(24, HEX) + "-" + letters(146, HEX)),
    ("a Discord webhook", "discord.com/" + "api/webhooks/123456789012345678/" + letters(68)),
    ("a Doppler token", "dp.pt." + letters(43)),
    ("a Dynatrace token", "dt0c01." + letters(24, UPPER) + "." + letters(64, UPPER)),
    ("a Facebook token", "EAAC" + letters(150)),
    ("a Figma token", "figd_" + letters(40)),
    ("a Fly.io token", "fo1_" + letters(43)),
    ("a Fly.io token", "fm2_" + letters(200)),
    ("a Heroku key", "HRKU-AA" + letters(58)),
    ("a LangSmith key", "lsv2_" + "pt_" + letters(32, HEX) + "_" + letters(10, HEX)),
    ("a New Relic key", "NRAK-" + letters(27, UPPER)),
    ("a Notion token", "ntn_" + "12345678901" + letters(35)),
    ("an OpenShift token", "sha256~" + letters(43)),
    ("a Pinecone key", "pcsk_" + letters(6) + "_" + letters(63)),
    ("a PlanetScale token", "pscale_" + "tkn_" + letters(43)),
    ("a Postman key", "PMAK-" + letters(24, HEX) + "-" + letters(34, HEX)),
    ("a Prefect key", "pnu_" + letters(36)),
    ("a Pulumi token", "pul-" + letters(40, HEX)),
    ("a Sentry token", "sntryu_" + letters(64, HEX)),
    ("a Sentry token", "sntrys_" + "eyJ" + letters(150)),
    ("a Shopify token", "shpss_" + letters(32, HEX)),
    ("a Sourcegraph token", "sgp_" + letters(40, HEX)),
    ("a Square token", "sq0atp-" + letters(22)),
    ("a Supabase token", "sbp_" + letters(40, HEX)),
    ("a Tailscale key", "tskey-" + "auth-" + letters(17) + "-" + letters(32)),
    ("a Telegram token", "1234567890" + ":AA" + letters(33)),
    ("a Terraform token", letters(14) + ".atlasv1." + letters(67)),
    ("an Azure signature", "sig=" + letters(43) + "%3D"),
    ("an Azure client secret", letters(3) + "8Q~" + letters(34)),
    ("an Azure key", letters(52) + "JQQJ9" + letters(27)),
    ("a Twilio key", "SK" + letters(32, HEX)),
    ("a Twilio token", "AC" + letters(32, HEX) + ":" + letters(32, HEX)),
    ("a JSON web token", ".".join(("eyJ" + letters(30), "eyJ" + letters(60), letters(43)))),
]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("AZURE_OPENAI_API_KEY={}", "a key", "API_KEY"),
        ('"apiKey": "{}",', "a key", "apiKey"),
        ("x-api-key: {}\n", "a key", "api-key"),
        ('os.environ["API_KEY"] = "{}"', "a key", "API_KEY"),
        ("Ocp-Apim-Subscription-Key:{}", "a key", "Subscription-Key"),
        ("<apiKey>{}</apiKey>", "a key", "apiKey"),
        (r"{{\"access_token\": \"{}\"}}", "a token", "access_token"),
        ("TWILIO_AUTH_TOKEN = '{}'", "a token", "AUTH_TOKEN"),
        ("Authorization: Bearer {}", "a token", "Bearer"),
        ("client_secret => `{}`", "a secret", "client_secret"),
        ("password: {}==", "a password", "password"),
    ],
)
def test_a_key_without_a_form_is_known_by_its_name(text: str, kind: str, name: str) -> None:
    for value in ("h8Jq2Lr5Zt0Wm4Xc7Vb1Np9K", "3f9a07c1e85b4d260a9cf1724be83d56"):
        assert find_keys(text.format(value)) == (FoundKey(kind, name),)


@pytest.mark.parametrize(
    "value",
    [
        *("your-api-key-goes-here-123", "x" * 32, "abcdef0123456789abcdef0123456789"),
        *(
            "process.env.OPENAI_API_KEY_2",
            "getSecretFromVault2024(name)",
            "${API_KEY}",
            "short1",
        ),
        *(
            "my-service-staging-key-v2",
            "/run/secrets/service/api_key",
            "config.keys.key_v2",
        ),
        *("1234567890123456789012345", "correct-horse-battery-staple", "sha256:" + "a1" * 32),
        *("abc123def456ghi789jkl012mno345", "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"),
        *("f47ac10b-58cc-4372-a567-0e02b2c3d479", "hkdf-sha256-x25519-chacha20poly1305"),
        *("2026-11-27T02-30-00Z-a1", "~/.ssh/k8s/sa2/p3/x4/y5-z6", "argon2id_m65536_t3_p4_s16"),
    ],
)
@pytest.mark.parametrize("text", ["api_key = '{}'", "SECRET: {}", "password={}"])
def test_a_value_that_a_person_wrote_is_no_key(text: str, value: str) -> None:
    assert find_keys(text.format(value)) == ()


def test_other_names_hold_ids_and_hashes() -> None:
    hashed = hashlib.md5(b"x", usedforsecurity=False).hexdigest()
    for name in ("cache_key", "public key", "nextPageToken", "etag", "key", "token", "commit"):
        assert find_keys(f'"{name}": "{hashed}"') == ()


@pytest.mark.parametrize(
    "around", ["{}", "KEY={}\n", '{{"key": "{}"}}', "is {} right?", "({})"]
)
def test_a_key_is_found_wherever_it_stands(around: str) -> None:
    for kind, key in KEYS:
        assert [found.kind for found in find_keys(around.format(key))] == [kind]


def test_ordinary_code_holds_none() -> None:
    assert {
        path.name: found for path in SOURCES if (found := find_keys(path.read_text()))
    } == {}


@pytest.mark.parametrize(
    "text",
    [
        *(hashlib.new(name, b"x").hexdigest() for name in ("md5", "sha1", "sha256", "sha512")),
        b64encode(bytes(range(256)) * 40).decode(),
        b64encode(hashlib.sha256(b"x").digest() * 30).decode(),
        "sha512-" + b64encode(hashlib.sha512(b"x").digest()).decode(),
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "x" * 36,
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\n" + letters(200),
        "-----BEGIN CERTIFICATE-----\n" + letters(200),
        "export ANTHROPIC_API_KEY=sk-ant-...",
        "task-ant-colony sk-learn SG.something.else hf_transfer npm_config_registry",
        "550e8400-e29b-41d4-a716-446655440000 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "ssh-rsa AAAAB3NzaC1yc2E" + letters(350),
        "a" * 5 + "AKIA" + letters(16, UPPER),
        "postgres://user:password@localhost/db redis://:secret@cache amqp://guest:guest@mq",
        "https://$USER:$PASSWORD@host https://{user}:{password}@host http://u:<pass>@host",
        "http://127.0.0.1:8080/@scope https://medium.com/@user ssh://git@github.com:22/a",
        "https://user:yourpassword@host https://a:my-password1@host ftp://x:xxxxxxxx@host",
        "machine api.host.com login me password $TOKEN",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "aws_secret_access_key = <40 characters> AWS_SECRET_ACCESS_KEY=${SECRET}",
        'resolved "https://registry.npmjs.org/a/-/a-1.0.0.tgz#0123456789abcdef0123456789abcdef"',
        "integrity sha512-" + b64encode(hashlib.sha512(b"y").digest()).decode(),
        'checksum = "' + hashlib.sha256(b"z").hexdigest() + '"',
        "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc",
        "xoxb-" + "123456789012-1234567890123-" + "X" * 24,
        "glpat-" + "your-access-token-here",
        "ghp_" + "YOURTOKEN0123456789abcdefghijklmnopq",
        "npm_package_name gl glc_1 figd_x :AA: a::AAAA https://x.y/api/webhooks/new pscale_pw",
        "sha256:" + hashlib.sha256(b"w").hexdigest(),
        "v1.0-" + hashlib.sha1(b"w").hexdigest(),
        "commit " + hashlib.sha1(b"v").hexdigest() + " shpat path",
        "data:image/png;base64," + b64encode(_RANDOM.randbytes(30_000)).decode(),
    ],
    ids=lambda text: text[:24],
)
def test_what_only_resembles_a_key_is_none(text: str) -> None:
    assert find_keys(text) == ()


def test_each_key_is_told_once_by_its_kind_and_its_beginning() -> None:
    key = "ghp_" + letters(36)
    found = find_keys(f"{key} {key}")
    assert found == (FoundKey("a GitHub token", key[:8]),)
    assert describe_keys(found) == (
        f"This message holds what looks like a GitHub token ({key[:8]}…)"
    )


def test_the_texts_of_attachments_are_searched_and_named() -> None:
    key = "glpat-" + letters(20)
    source = {"type": "text", "media_type": "text/plain", "data": f"token: {key}"}
    attached = {"type": "document", "source": source, "title": "a\x1b.env"}
    image = {"type": "image", "source": {"type": "base64", "data": key}}
    found = find_keys_in(Message("user", (attached, image, text_block(f"and {KEYS[3][1]}"))))
    assert [str(each) for each in found] == [
        f"a GitLab token ({key[:8]}…) in a␛.env",
        f"an AWS access key ({KEYS[3][1][:8]}…)",
    ]
    assert describe_keys(found).endswith("in a␛.env and 1 more")


def test_what_is_told_of_an_address_is_not_its_password() -> None:
    found = find_keys("postgres" + "://app:s3cr7Tq!x@db.example.com/x")
    assert [str(each) for each in found] == ["an address with a password (://app:…)"]


@pytest.mark.parametrize(
    "piece",
    [
        "://a:",
        "machine a login ",
        "aws_secret_access_key",
        "ya29.",
        "AKIA",
        "-----BEGIN ",
        "sk-",
        "eyJ",
        "eyJ" * 30 + ".",
        "SG.",
        "api_key=",
        "password",
        "secret: aA1bB2cC3",
    ],
)
def test_a_text_of_nothing_but_beginnings_is_searched_quickly(piece: str) -> None:
    assert find_keys(piece * (200_000 // len(piece))) == ()
