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
    `reach`: how many characters beyond the line the key may end.
    """

    rule: str
    says: str
    words: tuple[str, ...]
    pattern: str
    near: str = ""
    sure: str = ""
    reach: int = 0


# Keys with a prefix of their own, which need no rule each: service, words, pattern.
_SERVICES = (
    ("age identity", "age-secret-key-1", r"\bAGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}\b"),
    ("Airtable token", "airtable \"pat 'pat =pat", r"\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b"),
    ("Alibaba Cloud key", "ltai", r"\bLTAI[A-Za-z0-9]{12,26}\b"),
    ("Artifactory key", "akcp", r"\bAKCp[A-Za-z0-9]{60,80}\b"),
    ("Artifactory token", "cmvmdgtu", r"\bcmVmdGtu[A-Za-z0-9]{50,80}\b"),
    ("Atlassian token", "atatt3x", r"\bATATT3x[\w=-]{100,250}"),
    ("Azure DevOps token", "azdo", r"\b[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}\b"),
    ("Azure OpenAI key", "jqqj99", r"\b[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}\b"),
    ("Cloudflare token", "v1.0-", r"\bv1\.0-[0-9a-f]{24}-[0-9a-f]{146}\b"),
    ("DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", r"\bdo[opr]_v1_[0-9a-f]{64}\b"),
    (
        "Discord webhook",
        "/api/webhooks/",
        r"discord(?:app)?\.com/api/webhooks/\d{17,20}/(?P<secret>[\w-]{60,80})",
    ),
    ("Docker Hub token", "dckr_pat_ dckr_oat_", r"\bdckr_[po]at_[\w-]{27,56}"),
    (
        "Doppler token",
        "dp.ct. dp.pt. dp.st. dp.sa. dp.scim. dp.audit.",
        r"\bdp\.(?:ct|pt|st|sa|scim|audit)\.(?:[\w-]{2,35}\.)?[A-Za-z0-9]{40,44}\b",
    ),
    ("GitHub App key", "ghs_", r"\bghs_\d+_[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}"),
    ("Google OAuth token", "ya29.", r"\bya29\.[\w-]{40,300}"),
    ("Google OAuth refresh token", "1//0", r"(?<![\w/:])1//0[\w-]{38,120}"),
    (
        "Grafana token",
        "glsa_ glc_",
        r"\bgl(?:sa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|c_[A-Za-z0-9+/]{32,400}={0,2})",
    ),
    ("Heroku key", "hrku-", r"\bHRKU-[\w-]{36,64}"),
    ("Linear key", "lin_", r"\blin_(?:api|oauth)_[A-Za-z0-9]{40}\b"),
    ("Mapbox secret token", "sk.eyj", r"\bsk\.eyJ[\w-]{20,200}\.[\w-]{20,80}"),
    ("The Things Stack key", "nnsxs.", r"\bNNSXS\.[A-Z0-9]{36,42}\.[A-Z0-9]{50,54}\b"),
    ("Mailgun key", "key-", r"(?<![\w-])key-[0-9a-f]{32}\b"),
    ("New Relic key", "nrak- nraa-", r"\bNRA[KA]-[A-Z0-9]{27}\b"),
    ("New Relic license key", "nral", r"\b[0-9a-f]{36}NRAL\b"),
    ("Notion token", "ntn_", r"\bntn_[A-Za-z0-9]{43,50}\b"),
    ("Notion token", "secret_", r"\bsecret_[A-Za-z0-9]{43}\b"),
    ("Planet key", "plak", r"\bPLAK[0-9a-f]{32}\b"),
    ("Pinecone key", "pcsk_", r"\bpcsk_[A-Za-z0-9_]{50,80}\b"),
    ("Postman key", "pmak-", r"\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b"),
    ("RubyGems key", "rubygems_", r"\brubygems_[0-9a-f]{48}\b"),
    ("Sentry token", "sntrys_ sntryu_", r"\bsntry[su]_[\w+/=-]{40,400}"),
    (
        "Shopify token",
        "shpat_ shpca_ shppa_ shpss_ shpua_",
        r"\bshp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32}\b",
    ),
    ("SonarQube token", "squ_ sqa_ sqp_", r"\bsq[apu]_[0-9a-f]{40}\b"),
    ("Square token", "sq0atp-", r"\bsq0atp-[\w-]{22,60}"),
    ("Square token", "eaaa", r"\bEAAA[\w-]{60}(?![\w-])"),
    ("Stripe webhook secret", "whsec_", r"\bwhsec_[A-Za-z0-9+/]{32,64}={0,2}"),
    ("Terraform Cloud token", ".atlasv1.", r"\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,70}"),
    ("Vault token", "hvs. hvb. hvr.", r"\bhv[sbr]\.[\w-]{24,200}"),
    ("xAI key", "xai-", r"\bxai-[A-Za-z0-9]{60,90}\b"),
)

# What a command is given: in quotes with all that a shell keeps in them, or bare.
_OPERAND = (
    r"(?:'(?P<single>[^'\n]{4,200})'|\"(?P<double>[^\"$`\n]{4,200})\""
    r"|[\"']?(?P<secret>[^\s\"'|;&)`]{4,1000}))"
)

_WORDS = r"(?:[ ][^\n|;&]{0,200}?)?[ ]"  # between a command's name and an option

# The order is that of precedence. Formats as their issuers document them.
FORMATS = (
    Format("private-key", "Private key", ("private key", "private-lines:"), "private-key"),
    Format(
        "private-key",
        "Private key in base64",
        ("ls0tls1crudjti",),
        r"LS0tLS1CRUdJTi(?P<secret>[A-Za-z0-9+/]{20,}={0,2})",
    ),
    # How the DER of RFC 8017, 5208, 5915 and 8410 begins in base64: RSA, EC, Ed25519.
    Format(
        "private-key",
        "Private key without its header",
        (
            *("ibadanbgkqhkig9w0baqefaasc", "ibaakcaqea", "ibaakcayea", "ibaakcagea", "mhccaqee"),
            *("ageambmgbyqgsm49", "ageambagbyqgsm49", "mc4caqawbqydk2vwbciei"),
        ),
        r"\bMII[A-Za-z0-9+/]{2,4}(?:IBADANBgkqhkiG9w0BAQEFAASC|IBAAKC(?:AQ|AY|Ag)EA)"
        r"(?P<rsa>[A-Za-z0-9+/]{20,}={0,2})|\b(?:MHcCAQEE|MIG[H2]AgEAMB[MA]GByqGSM49"
        r"|MC4CAQAwBQYDK2VwBCIEI)(?P<ec>[A-Za-z0-9+/]{30,}={0,2})",
    ),
    Format(
        "private-key",
        "Private key of a JSON Web Key",
        ('"kty"',),
        r"\"kty\"(?:(?!\"kty\")[^{}]){0,2000}?\"(?:d|k)\"\s{0,9}:\s{0,9}\"(?P<secret>[\w-]{40,2000})\"",
        reach=3_000,
    ),
    Format(
        "private-key",
        "Private key in XML",
        ("<rsakeyvalue",),
        r"<RSAKeyValue>(?:(?!<RSAKeyValue>)[^\0]){0,3000}?<D>(?P<secret>[A-Za-z0-9+/=]{40,})",
        reach=4_000,
    ),
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
        "aws-secret-key",
        "AWS secret access key",
        ("akia", "asia"),
        r"(?:AKIA|ASIA)[0-9A-Z]{16}[\"']?[\s,)]{1,80}[\"'](?P<secret>[0-9a-zA-Z/+]{40})[\"']",
        reach=160,
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
        "service-key",
        "Signature of a signed URL",
        ("sig=", "signature="),
        r"(?i)[?&;](?:sig|X-(?:Amz|Goog)-Signature)=(?P<secret>[A-Za-z0-9+/%]{40,1200}(?:=|%3D){0,2})",
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
        r"(?<!\d)(?P<secret>\d{8,10}:AA[\w-]{33})(?![\w-])",
    ),
    Format(
        "twilio-key",
        "Twilio key",
        ("twilio",),
        r"\bSK[0-9a-f]{32}\b",
        r"(?i)twilio(?!.{0,60}sid\W{0,5}$)",
    ),
    Format(
        "service-key",
        "Django secret key",
        ("django-insecure-",),
        r"django-insecure-[\w!@#$%^&*(=+)-]{40,60}",
    ),
    Format(
        "discord-token",
        "Discord bot token",
        ("discord", "token", "bot "),
        r"(?<![\w-])[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])",
        r"(?i)discord|bot|token",
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
    Format(
        "service-key",
        "ElevenLabs key",
        ('"sk_', "'sk_", "=sk_", " sk_"),
        r"\bsk_[0-9a-f]{48}\b",
    ),
    *(
        Format("service-key", service, tuple(words.split()), pattern)
        for service, words, pattern in _SERVICES
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
        sure="@",
    ),
    Format(
        "url-credentials",
        "Password in a SIP address",
        ("sip:", "sips:"),
        r"\bsips?:[^\s:/@'\"<>`]{1,60}:(?P<secret>[^\s/@'\"<>`\\]{4,100})@(?P<host>[\w.\-]{1,200})",
    ),
    Format(
        "url-credentials",
        "Token in a URL",
        ("://",),
        r"(?i)\bhttps?://(?P<secret>[\w-]{20,200})@(?P<host>[\w.\-${}\[\]]{1,200})",
        sure="@",
    ),
    Format(
        "basic-auth-header",
        "Basic authorization header",
        ("basic ",),
        r"(?i:\bbasic) (?:[\"'] ?[+,] ?[\"']|\{[\"'])?"
        r"(?P<secret>[A-Za-z0-9+/]{8,200}={0,2})(?![\w+/=])",
    ),
    Format(
        "basic-auth-header",
        "Login in base64",
        ('auth"', "_auth"),  # Docker's config.json, .npmrc
        r"(?:(?<![A-Za-z])_auth|(?<![A-Za-z_])auth[\"'])[ ]?[:=][ ]?[\"']?"
        r"(?P<secret>[A-Za-z0-9+/]{8,200}={0,2})"
        r"(?![\w+/=])",
    ),
    Format(
        "bearer-token",
        "Authorization token",
        ("authorization",),
        r"(?i:\bauthorization)\\?[\"']?\]?[ \t]*[:=,][ \t]*\\?[\"']?"
        r"(?!(?i:bearer|basic|digest|negotiate|ntlm|aws4|hawk|signature)\b)[A-Za-z][\w-]{1,20}[ ]"
        r"(?P<secret>[\w.~+/=:-]{16,600})",
    ),
    Format(
        "bearer-token",
        "Bearer token",
        ("bearer ", 'bearer"', "bearer_auth", "bearerauth("),
        r"(?i:\bbearer)(?:_?auth\([\"']|\", ?\"| (?:[\"'] ?[+,] ?[\"']|\{[\"'])?)"
        r"(?P<secret>[\w.~+/=-]{16,600})",
    ),
    Format(
        "command-credentials",
        "Password on a command line",
        ("curl", "wget", "lftp"),
        r"(?:curl|wget|lftp)\b[^\n]{0,200}?[ \"'](?:-[a-zA-Z]{0,4}u|--(?:proxy-)?user)[ =\"',]{0,4}"
        r"[^\s:,\"']{1,80}[:,](?P<secret>[^\s\"'@]{4,100})",
    ),
    Format(
        "command-credentials",
        "Password on a command line",
        ("mysql", "mariadb"),  # -P is the port
        r"\b(?:mysql(?:dump|admin|import|show)?|mariadb(?:-dump)?)[ \"'](?:[^\n|;&]{0,200}?[ \"'])?"
        rf"-p(?!ort|rotocol)(?=[^\s]{{0,60}}\d){_OPERAND}",
    ),
    Format(
        "command-credentials",
        "Password on a command line",
        ("sshpass", "docker", "podman", "login", "twine", "mongo", "cypher-shell", "7z"),
        r"\b(?:sshpass|(?:docker|podman|buildah|nerdctl|skopeo|helm[ ]registry|az)[ ]login"
        r"|twine[ ]upload|mongo(?:sh|dump|restore|export|import)?|cypher-shell|7z[ar]?)\b"
        rf"[^\n|;&]{{0,200}}?[ \"'](?:-p[ =\"',]{{0,4}}|--password[ =\"',]{{1,4}}){_OPERAND}",
    ),
    Format(
        "command-credentials",
        "Password on a command line",
        (
            "mosquitto_",
            "sqlcmd",
            "bcp ",
            "redis-cli",
            "ldapsearch",
            "ldapadd",
            "smbclient",
            "pgpass",
            "mc alias",
            'mc", "alias',
            "mc', 'alias",
            "htpasswd",
            "zip -",
        ),
        r"(?:\b(?:mosquitto_(?:pub|sub)|sqlcmd|bcp|(?:un)?zip)\b[^\n|;&]{0,200}?[ ]-P[ ]?"
        r"|\bhtpasswd[ ]-\w*b\w*[ ][^\s|;&]{1,200}[ ][\w.@-]{1,60}[ ]"
        r"|\bmc[\"', ]+alias[\"', ]+set[\"', ]+\w+[\"', ]+http[^\s\"']+[\"', ]+[^\s\"']+[\"', ]+"
        r"|\bredis-cli\b[^\n|;&]{0,200}?[ \"'](?:-a|--pass)[ \"',]+"
        r"|\bldap(?:search|add)\b[^\n|;&]{0,200}?[ ]-w[ ]"
        r"|\bsmbclient\b[^\n|;&]{0,200}?[ ]-U[ ]?[\"']?[^\s%]{1,60}%"
        r"|(?<![\w.])[\w.-]{1,80}:\d{2,5}:[\w*]{1,60}:[\w*]{1,60}:(?=[^\n]{1,140}pgpass))"
        + _OPERAND,
    ),
    Format(
        "command-credentials",
        "Password on a command line",
        (
            *("configure set", "password-stdin", "sudo -s", "securestring", "passin", "passout"),
            *("chpasswd", "cryptsetup", "passwd --stdin"),
        ),
        r"(?:\baws[ ]configure[ ]set[ ]\S*(?:secret_access_key|session_token)[ ]"
        r"|\bpass(?:in|out)[ ]pass:|(?i:\bConvertTo-SecureString)[ ](?:-String[ ])?"
        r"|\becho[ ][\"']?[\w.-]{1,40}:(?=[^|\n]{4,120}\|[ ]*(?:sudo[ ])?chpasswd)"
        r"|\becho[ ](?:-n[ ])?(?=[^|\n]{4,120}\|[ ]*"
        r"(?:sudo[ ]-S|cryptsetup|passwd[ ]|\w+[ ][^|\n]*--password-stdin)))" + _OPERAND,
    ),
    Format(
        "command-credentials",
        "Password on a command line",
        (
            *("openssl enc", "useradd", "ssh-keygen", "plink", "putty", "pscp", "snmp", "net use"),
            "net user",
            *("smbclient", "rabbitmqctl", "wpa_passphrase", "user_pw", "owner_pw", "input_pw"),
            *("set-initial-password", "elasticsearch-users", "freerdp", "vault login", "http -a"),
            *("--auth ", "nmcli", "dvc remote", "rclone", "kv put", "etcdctl"),
        ),
        rf"(?:\b(?:openssl[ ]enc\b{_WORDS}-k|(?:useradd|elasticsearch-users)\b{_WORDS}-p"
        rf"|ssh-keygen\b{_WORDS}-N|(?:plink|putty|pscp|psftp)\b{_WORDS}-pw|snmp\w{{2,8}}{_WORDS}-[AX]"
        r"|smbclient[ ][\"']?//\S+|net[ ](?:user[ ]\S+|use[ ](?:\w:[ ])?\\\\\S+)"
        r"|wpa_passphrase[ ]\S+|rabbitmqctl[ ](?:add_user|change_password)[ ]\S+"
        r"|set-initial-password|(?:user|owner|input)_pw|vault[ ]login(?:[ ]-\S+){0,3}(?![ ]\w+=)"
        rf"|(?:nmcli|dvc|rclone|consul|etcdctl)\b{_WORDS}(?:\S{{0,60}}[/_.-])?"
        r"(?i:password|passwd|pass))[ ]"
        rf"|\bx?freerdp\b{_WORDS}/p:|\bhttps?{_WORDS}(?:-a|--auth)[ ][\"']?[\w.@-]{{1,60}}:)"
        rf"(?![-/])(?=[^\s]{{0,80}}\d){_OPERAND}",
    ),
    Format(
        "command-credentials",
        "Password on a command line",
        ("<<<", 'send "', "send -- "),
        r"\b(?:sudo[ ]-S|\w{0,30}(?i:passw|pass\b|login|pwprompt|_pw\b))[^\n<|]{0,60}<<<[ ]?"
        rf"(?=\S{{0,80}}\d){_OPERAND}"
        r"|\bsend[ ](?:--[ ])?[\"'{](?=[^\n]{0,60}\d)(?P<sent>[^\s\"'\\$\[\]]{6,60})\\r",
    ),
    Format(
        "command-credentials",
        "Password on a command line",
        ("-u ", "--user", "-u=", '"-u"'),
        r"[ \"'](?:-[uU]|--user(?:name)?)[ =\"',]{1,4}[^\s\"',:]{1,80}"
        r"(?::|[\"', ]{1,4}(?:-[pPw]|--pass(?:word)?|--pw)[ =\"',]{1,4})"
        r"(?P<secret>(?!-)(?=[^\s\"']{0,60}\d)(?=[^\s\"']{0,60}[A-Za-z])[^\s\"'|;&)`]{6,100})",
    ),
    Format(
        "command-credentials",
        "Token on a command line",
        ("-u", "--user"),
        r"[ \"'](?:-u|--user)[ =\"',]{1,4}:(?P<secret>[A-Za-z0-9]{20,200})(?!\w)",
    ),
    Format(
        "url-credentials",
        "Password of a URL",
        ("://",),
        r"://[^\s:/@\"']{0,60}:(?:%s|\{\w*\})@[^\"'\n]{1,120}[\"'][ ]?(?:%|\.format\()[ ]?\(?"
        r"[\"'](?P<given>[^\"'\s]{4,200})[\"']",
        sure="@",
    ),
    Format(
        "url-credentials",
        "Password in a connection string",
        ("thin:", "sqlplus", "@tcp("),
        r"(?:\bthin:|\bsqlplus[ ](?:-\w[ ])*[\"']?)\w{1,60}/(?P<secret>[^\s/@\"']{4,100})@"
        r"|[\"'`][\w.-]{1,60}:(?P<of_go>[^\s/@\"'`]{4,100})@tcp\(",
    ),
    Format(
        "basic-auth-header",
        "Login",
        ("btoa(", "b64encode(", "encodetostring(", "buffer.from(", "base64"),
        r"(?:\bbtoa|\bb64encode|\bencodeToString|\bBuffer\.from)\([ ]?b?[\"'][\w.@-]{2,60}:"
        r"(?P<secret>[^\s\"']{4,100})[\"']"
        r"|\b(?:echo|printf)[ ](?:-n[ ])?[\"']?[\w.@-]{2,60}:(?P<piped>[^\s\"'|]{4,100})[\"']?"
        r"[ ]?\|[ ]?base64",
    ),
    Format(
        "bearer-token",
        "Session cookie",
        ("cookie:", 'cookie"', "cookie'"),
        r"(?i:\bcookie)[\"']?[:,=][ ]?[\"']?[^\n]{0,120}?"
        r"\b(?i:session\w{0,12}|sid|\w{0,20}(?:token|auth)\w{0,6})="
        r"(?P<secret>[\w.~+/%-]{20,600})",
    ),
    Format(
        "webhook",
        "Address of a webhook",
        ("hook/", "hooks/"),
        r"(?i)\bhttps?://[^\s\"'<>`]{1,200}?hooks?/(?P<secret>[\w@/-]{20,300})",
    ),
    Format(
        "service-key",
        "DeepL key",
        (":fx",),
        r"\b(?P<secret>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:fx)\b",
    ),
    Format(
        "split-key",
        "Beginning of a key",
        tuple("ghp_ gho_ ghs_ glpat- sk_live_ rk_live_ hf_ xoxb- sk-ant- github_pat_".split()),
        r"[\"'](?P<secret>(?:gh[ops]_|glpat-|[rs]k_live_|hf_|xoxb-|sk-ant-|github_pat_)"
        r"(?=[a-zA-Z-]{0,20}\d)(?=[a-z0-9-]{0,20}[A-Z])(?=[A-Z0-9-]{0,20}[a-z])[A-Za-z0-9-]{8,60})"
        r"[\"']",
    ),
)
