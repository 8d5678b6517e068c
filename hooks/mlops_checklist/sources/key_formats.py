"""Known formats of keys, as their issuers document them: data alone, which known_keys.py applies.

To add one is to add an entry: the rule of that name and the words that lines are chosen by follow.
"""

from typing import NamedTuple


class Found(NamedTuple):
    """A text between two offsets that is a secret, if no filter speaks against it (`dropped_by`).

    `says` is what it is, `name` what it is given to, and `hashed` what the engine may know it by.
    """

    start: int
    end: int
    rule: str
    says: str
    name: str = ""
    hashed: tuple[str, ...] = ()
    dropped_by: str = ""


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
