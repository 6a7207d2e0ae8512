"""What keys look like: a literal text that each begins with, and what follows it.

The patterns are those that the services publish, as they are collected in the rules of gitleaks
(https://github.com/gitleaks/gitleaks, config/gitleaks.toml, MIT) and the plugins of
detect-secrets (https://github.com/Yelp/detect-secrets, Apache 2.0), 2026-11. Patterns that
ordinary hashes, ids or passwords fit are left out. detect-secrets itself needs requests and
PyYAML, and each message would wait until they are loaded.

Keys without a form of their own are known by the name that they are assigned to: `is_named`.

Rule: a pattern begins with a literal text and is bounded, so that a search is as fast as
looking for that text, and is compiled only where that text occurs. A password is a group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyPattern:
    """`kind` has its article. A key begins with one of `starts`; `rest` matches what follows,
    `before` what comes before. With `is_named`, the group of `rest` must look random."""

    kind: str
    starts: tuple[str, ...]
    rest: str
    before: str = ""
    is_named: bool = False


PLACEHOLDERS = re.compile(
    r"(?i)[$<{%*.].*|(?:my|your|the)?[-_]?"
    r"(?:pass(?:word|wd|phrase)?|pwd?|secret|token|key|user(?:name)?|admin|root|guest|test"
    r"|changeme|change-?it|example|sample|dummy|postgres|mysql|redis|rabbit|x+)\d{0,4}"
)
"""What stands for a password in documentation."""

_OWNERS = (
    r"(?i:access|account|admin|api|app|auth|azure|bearer|bot|client|consumer|encryption"
    r"|master|openai|private|refresh|secret|service|session|signing|storage|subscription"
    r"|twilio|webhook)[_ -]?"
)
_NAMED = r"[\w-]{0,24}"
_VALUE = r"([\w+/~-]{20,150}={0,2})"
_IS_ASSIGNED = (
    r"(?:[_-]?\d)?(?:\\?[\"'`\]]){0,2}\s{0,3}(?::=|=>|[:=>])\s{0,3}(?:\\?[\"'`])?"
    rf"{_VALUE}(?![\w+/~=.(\[$-])"
)

PATTERNS = (
    KeyPattern(
        "a private key",
        ("-----BEGIN ",),
        r"(?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----[\w+/=\s:.,()\\-]{64}",
    ),
    KeyPattern("a private key", ("Private-Lines: ",), r"\d{1,3}\s{1,2}[A-Za-z0-9+/=]{40}"),
    KeyPattern("an AWS access key", ("AKIA", "ASIA", "ABIA", "ACCA"), r"[A-Z2-7]{16}\b"),
    KeyPattern(
        "an AWS secret key",
        ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
        r"[\"']?\s{0,3}[:=]\s{0,3}[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
    ),
    KeyPattern("an AWS session token", ("IQoJb3JpZ2luX2Vj",), r"[A-Za-z0-9+/]{100}"),
    KeyPattern("an Amazon Bedrock key", ("ABSK",), r"[A-Za-z0-9+/]{109,269}={0,2}"),
    KeyPattern("an Anthropic key", ("sk-ant-",), r"[a-z]{3,5}\d\d-[\w-]{80,120}"),
    KeyPattern("an OpenAI key", ("sk-",), r"[\w-]{16,120}T3BlbkFJ[\w-]{20,120}"),
    KeyPattern("an OpenRouter key", ("sk-or-v1-",), r"[a-f0-9]{64}\b"),
    KeyPattern("a Groq key", ("gsk_",), r"[0-9A-Za-z]{52}\b"),
    KeyPattern("an xAI key", ("xai-",), r"[0-9A-Za-z]{80}\b"),
    KeyPattern("a Perplexity key", ("pplx-",), r"[0-9A-Za-z]{48}\b"),
    KeyPattern("a Replicate token", ("r8_",), r"[0-9A-Za-z]{37}\b"),
    KeyPattern("a Google API key", ("AIza",), r"[\w-]{35}(?![\w-])"),
    KeyPattern("a Google OAuth secret", ("GOCSPX-",), r"[\w-]{28}(?![\w-])"),
    KeyPattern("a Google OAuth token", ("ya29.",), r"[\w-]{60,1000}"),
    KeyPattern("an Azure storage key", ("AccountKey=",), r"[A-Za-z0-9+/]{86}=="),
    KeyPattern("an Azure signature", ("sig=",), r"[A-Za-z0-9%]{43,60}%3[Dd]"),
    KeyPattern(
        "an Azure client secret", ("Q~",), r"[\w~.-]{31,34}(?![\w~.-])", before=r"[\w~.]{3}\d"
    ),
    KeyPattern("an Azure key", ("JQQJ9",), r"[0-9A-Za-z]{27}\b", before=r"\b[0-9A-Za-z]{52}"),
    KeyPattern("a Twilio key", ("SK",), r"[0-9a-f]{32}\b"),
    KeyPattern("a Twilio token", ("AC",), r"[0-9a-f]{32}:([0-9a-f]{32})\b"),
    KeyPattern(
        "a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"[0-9A-Za-z]{36}\b"
    ),
    KeyPattern("a GitHub token", ("github_pat_",), r"\w{82}\b"),
    KeyPattern(
        "a GitLab token",
        (
            *("glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-", "glft-", "glagent-"),
            *("glffct-", "glimt-", "gloas-"),
        ),
        r"[\w.-]{20,300}",
    ),
    KeyPattern(
        "a Slack token",
        ("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"),
        r"\d{10,13}-[\w-]{10,120}",
    ),
    KeyPattern(
        "a Slack token", ("xoxe.xoxb-", "xoxe.xoxp-", "xoxe-"), r"\d-[0-9A-Za-z]{100,250}"
    ),
    KeyPattern("a Slack app token", ("xapp-",), r"\d-[A-Z0-9]{8,14}-\d{10,16}-[a-f0-9]{64}"),
    KeyPattern(
        "a Slack webhook", ("hooks.slack.com/services/",), r"T\w{8,12}/B\w{8,12}/\w{20,28}"
    ),
    KeyPattern(
        "a Stripe key",
        ("sk_live_", "rk_live_", "sk_test_", "rk_test_"),
        r"[0-9A-Za-z]{16,247}\b",
    ),
    KeyPattern("a Stripe webhook secret", ("whsec_",), r"[0-9A-Za-z+/]{32,64}"),
    KeyPattern("a SendGrid key", ("SG.",), r"[\w-]{22}\.[\w-]{43}(?![\w-])"),
    KeyPattern("an npm token", ("npm_",), r"[0-9A-Za-z]{36}\b"),
    KeyPattern(
        "a PyPI token",
        ("pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZw"),
        r"[\w-]{50,250}",
    ),
    KeyPattern("a RubyGems key", ("rubygems_",), r"[a-f0-9]{48}\b"),
    KeyPattern("a Docker token", ("dckr_pat_", "dckr_oat_"), r"[\w-]{27,32}(?![\w-])"),
    KeyPattern("a Hugging Face token", ("hf_",), r"[A-Za-z]{34}\b"),
    KeyPattern("a DigitalOcean token", ("dop_v1_", "doo_v1_", "dor_v1_"), r"[a-f0-9]{64}\b"),
    KeyPattern("a Databricks token", ("dapi",), r"[a-f0-9]{32}(?:-\d)?\b"),
    KeyPattern("a Shopify token", ("shp",), r"(?:at|ca|pa|ss)_[a-f0-9]{32}\b"),
    KeyPattern("an Atlassian token", ("ATATT3",), r"[\w=-]{180,200}"),
    KeyPattern("a Grafana token", ("glsa_",), r"[0-9A-Za-z]{32}_[a-f0-9]{8}\b"),
    KeyPattern("a Grafana token", ("glc_",), r"[0-9A-Za-z+/]{32,400}"),
    KeyPattern("a Linear key", ("lin_api_",), r"[0-9A-Za-z]{40}\b"),
    KeyPattern("a 1Password token", ("ops_eyJ",), r"[0-9A-Za-z+/]{250}"),
    KeyPattern("an Artifactory key", ("AKCp",), r"[0-9A-Za-z]{69}\b"),
    KeyPattern("a Brevo key", ("xkeysib-",), r"[a-f0-9]{64}-[0-9A-Za-z]{16}\b"),
    KeyPattern("a Cloudflare key", ("v1.0-",), r"[a-f0-9]{24}-[a-f0-9]{146}\b"),
    KeyPattern(
        "a Discord webhook",
        ("/api/webhooks/",),
        r"\d{17,20}/[\w-]{60,80}",
    ),
    KeyPattern("a Doppler token", ("dp.pt.",), r"[0-9A-Za-z]{43}\b"),
    KeyPattern("a Dynatrace token", ("dt0c01.",), r"[0-9A-Za-z]{24}\.[0-9A-Za-z]{64}\b"),
    KeyPattern("a Facebook token", ("EAAC", "EAAM"), r"[0-9A-Za-z]{100,400}\b"),
    KeyPattern("a Figma token", ("figd_",), r"[\w-]{40}(?![\w-])"),
    KeyPattern("a Fly.io token", ("fo1_",), r"[\w-]{43}(?![\w-])"),
    KeyPattern("a Fly.io token", ("fm1r_", "fm1a_", "fm2_"), r"[0-9A-Za-z+/]{100}"),
    KeyPattern("a Heroku key", ("HRKU-AA",), r"[\w-]{58}(?![\w-])"),
    KeyPattern("a LangSmith key", ("lsv2_",), r"[ps][kt]_[a-f0-9]{32}_[a-f0-9]{10}\b"),
    KeyPattern("a New Relic key", ("NRAK-",), r"[0-9A-Z]{27}\b"),
    KeyPattern("a Notion token", ("ntn_",), r"\d{11}[0-9A-Za-z]{35}\b"),
    KeyPattern("an OpenShift token", ("sha256~",), r"[\w-]{43}(?![\w-])"),
    KeyPattern("a Pinecone key", ("pcsk_",), r"[0-9A-Za-z]{5,6}_[0-9A-Za-z]{50,70}\b"),
    KeyPattern("a PlanetScale token", ("pscale_",), r"(?:tkn|oauth|pw)_[\w=.-]{32,64}"),
    KeyPattern("a Postman key", ("PMAK-",), r"[a-f0-9]{24}-[a-f0-9]{34}\b"),
    KeyPattern("a Prefect key", ("pnu_",), r"[0-9A-Za-z]{36}\b"),
    KeyPattern("a Pulumi token", ("pul-",), r"[a-f0-9]{40}\b"),
    KeyPattern("a Sentry token", ("sntry",), r"(?:u_[a-f0-9]{64}\b|s_eyJ[\w+/=-]{80,500})"),
    KeyPattern(
        "a Sourcegraph token", ("sgp_",), r"(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}\b"
    ),
    KeyPattern("a Square token", ("sq0",), r"(?:at|cs)p-[\w-]{22,60}"),
    KeyPattern("a Supabase token", ("sbp_",), r"[a-f0-9]{40}\b"),
    KeyPattern(
        "a Tailscale key", ("tskey-",), r"[a-z]{3,10}-[0-9A-Za-z]{8,24}-[0-9A-Za-z]{20,48}\b"
    ),
    KeyPattern("a Telegram token", (":AA",), r"[\w-]{33}(?![\w-])", before=r"\d{8}"),
    KeyPattern("a Terraform token", (".atlasv1.",), r"[\w=-]{60,70}"),
    KeyPattern("a Vault token", ("hvs.",), r"[\w-]{90,120}"),
    KeyPattern("an age key", ("AGE-SECRET-KEY-1",), r"[02-9AC-HJ-NP-Z]{58}\b"),
    KeyPattern(
        "a JSON web token", ("eyJ",), r"[\w-]{14,400}\.eyJ[\w-]{14,4000}\.[\w-]{40,1400}"
    ),
    KeyPattern(
        "an address with a password",
        ("://",),
        r"[^\s/:@\"'`<>]{0,64}:([^\s/:@\"'`]{6,128})@[\w\[]",
    ),
    KeyPattern(
        "a password of .netrc",
        ("machine ",),
        r"\S{1,253}\s{1,9}login\s{1,9}\S{1,128}\s{1,9}password\s{1,9}(\S{6,128})",
    ),
    KeyPattern("a key", ("key", "Key", "KEY"), _IS_ASSIGNED, before=_OWNERS, is_named=True),
    KeyPattern(
        "a token", ("token", "Token", "TOKEN"), _IS_ASSIGNED, before=_OWNERS, is_named=True
    ),
    KeyPattern(
        "a secret",
        ("secret", "Secret", "SECRET"),
        _IS_ASSIGNED,
        before=_NAMED,
        is_named=True,
    ),
    KeyPattern(
        "a password",
        ("password", "Password", "PASSWORD"),
        _IS_ASSIGNED,
        before=_NAMED,
        is_named=True,
    ),
    KeyPattern("a token", ("Bearer ",), rf"{_VALUE}(?![\w+/~=.$-])", is_named=True),
)
