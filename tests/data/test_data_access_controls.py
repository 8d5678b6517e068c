from __future__ import annotations

import json

import pytest
from helpers import found, outcomes

from mlops_checklist.data.data_access_controls import HOOK


def rules(path: str, text: str, *kinds: str) -> list[str]:
    return [rule for rule, _, _ in found(outcomes(HOOK, path, text), *kinds)]


PYTHON = {
    "os.chmod": ("import os\nos.chmod('x', 0o777)", "world-writable"),
    "a path": ("from pathlib import Path\nPath('x').chmod(0o666)", "world-writable"),
    "names of stat": (
        "import os, stat\nos.chmod('x', stat.S_IRWXU | stat.S_IRWXO)",
        "world-writable",
    ),
    "a constant": ("import os\nMODE = 0o777\nos.chmod('x', MODE)", "world-writable"),
    "umask": ("import os\nos.umask(0)", "world-writable"),
    "a command": (
        "import subprocess\nsubprocess.run(['chmod', '-R', '777', 'd'])",
        "world-writable",
    ),
    "a command as text": ("import os\nos.system('chmod a+w data')", "world-writable"),
    "an object's ACL": (
        "import boto3\nboto3.client('s3').put_object(Bucket='b', Key='k', ACL='public-read')",
        "public-storage",
    ),
    "a bucket's ACL": (
        "import boto3\nboto3.client('s3').put_bucket_acl(ACL='public-read-write', Bucket=b)",
        "public-storage",
    ),
    "extra arguments": (
        "s3.upload_file('f', 'b', 'k', ExtraArgs={'ACL': 'public-read'})",
        "public-storage",
    ),
    "the public access block": (
        "s3.put_public_access_block(Bucket='b', PublicAccessBlockConfiguration="
        "{'BlockPublicAcls': False})",
        "public-storage",
    ),
    "the block is deleted": ("s3.delete_public_access_block(Bucket='b')", "public-storage"),
    "a policy": (
        "import json\ns3.put_bucket_policy(Bucket='b', Policy=json.dumps({'Statement': "
        "[{'Effect': 'Allow', 'Principal': '*', 'Action': 's3:GetObject', 'Resource': 'r'}]}))",
        "public-storage",
    ),
    "a policy in a variable": (
        "import json\nP = {'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}]}\n"
        "iam.create_policy(PolicyName='p', PolicyDocument=json.dumps(P))",
        "broad-grant",
    ),
    "google": ("blob.make_public()", "public-storage"),
    "google's members": (
        "policy.bindings.append({'role': 'roles/storage.objectViewer', 'members': {'allUsers'}})",
        "public-storage",
    ),
    "azure": ("service.create_container('c', public_access='blob')", "public-storage"),
    "azure's class": (
        "from azure.storage.blob import PublicAccess\n"
        "client.create_container('c', public_access=PublicAccess.Container)",
        "public-storage",
    ),
    "the hub": ("model.push_to_hub('acme/churn', private=False)", "public-upload"),
    "a repository": (
        "from huggingface_hub import HfApi\nHfApi().create_repo('acme/churn', private=False)",
        "public-upload",
    ),
    "a dataset's repository": (
        "from huggingface_hub import create_repo\ncreate_repo('acme/churn', repo_type='dataset')",
        "public-upload",
    ),
    "wandb": ("import wandb\nwandb.init(anonymous='must')", "public-upload"),
    "a grant": ("cursor.execute('GRANT SELECT ON churn TO PUBLIC')", "broad-grant"),
    "spark": ("spark.sql('GRANT ALL PRIVILEGES ON TABLE churn TO `ada`')", "broad-grant"),
    "a public project": (
        "domino.project_create_v4('churn', visibility='Public')",
        "broad-grant",
    ),
    "jupyter": ("c.ServerApp.ip = '0.0.0.0'\nc.ServerApp.token = ''", "open-notebook"),
    "jupyter's provider": (
        "c.ServerApp.ip = '*'\nc.IdentityProvider.token = ''",
        "open-notebook",
    ),
}


@pytest.mark.parametrize(("source", "rule"), PYTHON.values(), ids=PYTHON)
def test_python(source: str, rule: str) -> None:
    assert rules("x.py", source) == [rule]


FINE_PYTHON = {
    "the owner": "import os\nos.chmod('x', 0o700)",
    "all may read": "import os\nos.chmod('x', 0o755)",
    "the sticky bit": "import os\nos.chmod('/tmp/x', 0o1777)",
    "an unknown mode": "import os\nos.chmod('x', mode)",
    "a cautious umask": "import os\nos.umask(0o077)",
    "names of stat": "import os, stat\nos.chmod('x', stat.S_IRUSR | stat.S_IWUSR)",
    "a private object": "s3.put_object(Bucket='b', Key='k', ACL='private')",
    "the public access block": (
        "s3.put_public_access_block(Bucket='b', PublicAccessBlockConfiguration="
        "{'BlockPublicAcls': True, 'RestrictPublicBuckets': True})"
    ),
    "a denial": (
        "import json\ns3.put_bucket_policy(Bucket='b', Policy=json.dumps({'Statement': "
        "[{'Effect': 'Deny', 'Principal': '*', 'Action': '*', 'Resource': '*'}]}))"
    ),
    "a condition": (
        "import json\ns3.put_bucket_policy(Bucket='b', Policy=json.dumps({'Statement': [{'Effect': "
        "'Allow', 'Principal': '*', 'Action': '*', 'Resource': '*', 'Condition': {'StringEquals': "
        "{'aws:PrincipalOrgID': 'o-1'}}}]}))"
    ),
    "public access is looked for": "if 'allUsers' in binding['members']:\n    warn()",
    "public access is taken away": "binding['members'].discard('allUsers')",
    "a private repository": "model.push_to_hub('acme/churn', private=True)",
    "a model's repository": "from huggingface_hub import create_repo\ncreate_repo('acme/churn')",
    "an own create_repo": (
        "def create_repo(n, repo_type):\n    ...\n\ncreate_repo('x', repo_type='dataset')"
    ),
    "the umask is asked for": "import os\nold = os.umask(0)\nos.umask(old)",
    "a narrow grant": "cursor.execute('GRANT SELECT ON churn TO analysts')",
    "a revocation": "cursor.execute('REVOKE ALL ON churn FROM PUBLIC')",
    "a private project": "domino.project_create_v4('churn', visibility='Private')",
    "jupyter on this machine": "c.ServerApp.ip = '127.0.0.1'\nc.ServerApp.token = ''",
    "jupyter with a token": "c.ServerApp.ip = '0.0.0.0'\nc.ServerApp.token = os.environ['T']",
    "a comment": "# os.chmod('x', 0o777)\nx = 'chmod 777'",
    "a docstring": '"""Do not chmod 777, nor GRANT ALL."""',
    "another ACL": "rules = dict(ACL='public-road')",
}


@pytest.mark.parametrize("source", FINE_PYTHON.values(), ids=FINE_PYTHON)
def test_fine_python(source: str) -> None:
    assert rules("x.py", source) == []


COMMANDS = {
    "chmod": ("chmod 777 data", "world-writable"),
    "recursively": ("chmod -R 0777 /mnt/data", "world-writable"),
    "a+w": ("sudo chmod a+w x", "world-writable"),
    "a+rwx": ("chmod a+rwx x", "world-writable"),
    "o=rw": ("chmod u=rwx,o=rw x", "world-writable"),
    "umask": ("umask 000", "world-writable"),
    "aws cp": ("aws s3 cp x s3://b/x --acl public-read", "public-storage"),
    "aws acl": ("aws s3api put-bucket-acl --bucket b --acl=public-read-write", "public-storage"),
    "aws block": ("aws s3api delete-public-access-block --bucket b", "public-storage"),
    "aws block off": (
        "aws s3api put-public-access-block --bucket b --public-access-block-configuration "
        "BlockPublicAcls=false,IgnorePublicAcls=false",
        "public-storage",
    ),
    "aws policy": (
        "aws s3api put-bucket-policy --bucket b --policy "
        '\'{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]}\'',
        "public-storage",
    ),
    "gsutil": ("gsutil iam ch allUsers:objectViewer gs://b", "public-storage"),
    "gsutil acl": ("gsutil acl ch -u AllUsers:R gs://b/x", "public-storage"),
    "gcloud": (
        "gcloud storage buckets add-iam-policy-binding gs://b --member=allUsers --role=r",
        "public-storage",
    ),
    "azure": ("az storage container create -n c --public-access blob", "public-storage"),
    "the hub": ("hf repo create acme/churn --repo-type dataset", "public-upload"),
    "kubectl": (
        "kubectl create clusterrolebinding x --clusterrole=cluster-admin --user=ada",
        "rbac-wildcard",
    ),
    "jupyter": ("jupyter lab --ip=0.0.0.0 --ServerApp.token=''", "open-notebook"),
    "jupyter notebook": ("jupyter-notebook --ip '*' --NotebookApp.token=", "open-notebook"),
    "an image of jupyter": ("start-notebook.sh --NotebookApp.token=''", "open-notebook"),
    "code-server": ("code-server --auth none --bind-addr 0.0.0.0:8080", "open-notebook"),
    "psql": ('psql -c "GRANT ALL ON DATABASE mlflow TO mlflow"', "broad-grant"),
}


@pytest.mark.parametrize(("command", "rule"), COMMANDS.values(), ids=COMMANDS)
def test_commands(command: str, rule: str) -> None:
    assert rules("run.sh", f"#!/bin/bash\n{command}\n") == [rule]
    assert rules("Dockerfile", f"FROM python:3.12\nRUN {command}\n") == [rule]


FINE_COMMANDS = {
    "chmod +x": "chmod +x run.sh",
    "chmod 755": "chmod 755 run.sh",
    "chmod u+w": "chmod u+w,g+w x",
    "chmod o-w": "chmod o-w x",
    "a+x": "chmod a+rx x",
    "the sticky bit": "chmod 1777 /tmp/x",
    "a file called 777": "chmod 644 777",
    "a variable": 'chmod "$MODE" x',
    "umask": "umask 022",
    "private": "aws s3 cp x s3://b/x --acl private",
    "gsutil takes away": "gsutil iam ch -d allUsers:objectViewer gs://b",
    "azure off": "az storage container create -n c --public-access off",
    "a private dataset": "hf repo create acme/churn --repo-type dataset --private",
    "a model": "hf repo create acme/churn",
    "jupyter here": "jupyter lab --ServerApp.token=''",
    "jupyter with a token": 'jupyter lab --ip=0.0.0.0 --ServerApp.token="$TOKEN"',
    "code-server here": "code-server --auth none",
    "view": "kubectl create clusterrolebinding x --clusterrole=view --user=ada",
    "a comment": "# chmod 777 data",
    "an echo": "echo 'never chmod 777'",
}


@pytest.mark.parametrize("command", FINE_COMMANDS.values(), ids=FINE_COMMANDS)
def test_fine_commands(command: str) -> None:
    assert rules("run.sh", f"#!/bin/bash\n{command}\n") == []


def test_dockerfile() -> None:
    text = "FROM python:3.12\nCOPY --chmod=777 app /app\nCOPY --chmod=755 run /run\n"
    assert found(outcomes(HOOK, "Dockerfile", text)) == [("world-writable", 2, 1)]
    text = 'FROM jupyter/base\nCMD ["start-notebook.sh", "--NotebookApp.token="]\n'
    assert rules("Dockerfile", text) == ["open-notebook"]


GRANTS = {
    "everything": ("GRANT ALL PRIVILEGES ON DATABASE mlflow TO ada;", [(1, 7)]),
    "everybody": ("grant select on churn\n  to public;", [(2, 6)]),
    "one of several": ("GRANT SELECT ON t TO ada, PUBLIC WITH GRANT OPTION", [(1, 27)]),
    "snowflake": ("GRANT USAGE ON SCHEMA s TO ROLE PUBLIC;", [(1, 33)]),
    "bigquery": ('GRANT `roles/viewer` ON TABLE t TO "allAuthenticatedUsers"', [(1, 36)]),
    "databricks": ("GRANT SELECT ON TABLE t TO `account users`", [(1, 28)]),
    "columns": ("GRANT SELECT (a, b) ON t TO PUBLIC", [(1, 29)]),
    "two": ("GRANT ALL ON a TO x;\nGRANT ALL ON b TO y;", [(1, 7), (2, 7)]),
    "narrow": ("GRANT SELECT ON churn TO analysts;", []),
    "a role": ("GRANT analyst TO ada;", []),
    "revoke": ("REVOKE ALL ON churn FROM PUBLIC;", []),
    "a comment": ("-- GRANT ALL ON a TO b\n/* GRANT ALL ON a TO b */", []),
    "a text": ("SELECT 'GRANT ALL ON a TO PUBLIC';", []),
    "a table named grants": ("SELECT * FROM grants;", []),
    "the schema public": ("GRANT SELECT ON ALL TABLES IN SCHEMA public TO analysts;", []),
    "an unfinished statement": ("GRANT ALL ON", []),
}


@pytest.mark.parametrize(("text", "places"), GRANTS.values(), ids=GRANTS)
def test_sql(text: str, places: list[tuple[int, int]]) -> None:
    expected = [("broad-grant", *place) for place in places]
    assert found(outcomes(HOOK, "grants.sql", text)) == expected


def resource(kind: str, body: str) -> str:
    return f'resource "{kind}" "x" {{\n  {body}\n}}\n'


PUBLIC = '{Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "r"}'
TERRAFORM = {
    "an ACL": (resource("aws_s3_bucket_acl", 'acl = "public-read"'), ["public-storage"]),
    "an old ACL": (resource("aws_s3_bucket", 'acl = "public-read-write"'), ["public-storage"]),
    "a block": (
        resource("aws_s3_bucket_public_access_block", "block_public_acls = false"),
        ["public-storage"],
    ),
    "a database": (resource("aws_db_instance", "publicly_accessible = true"), ["public-storage"]),
    "google": (
        resource("google_storage_bucket_iam_member", 'member = "allUsers"'),
        ["public-storage"],
    ),
    "google's members": (
        resource("google_storage_bucket_iam_binding", 'members = ["user:a", "allUsers"]'),
        ["public-storage"],
    ),
    "azure": (
        resource("azurerm_storage_container", 'container_access_type = "blob"'),
        ["public-storage"],
    ),
    "a policy": (
        resource("aws_s3_bucket_policy", f"policy = jsonencode({{Statement = [{PUBLIC}]}})"),
        ["public-storage"],
    ),
    "a here-document": (
        resource(
            "aws_iam_policy",
            "policy = <<-EOF\n  "
            '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}\n  EOF',
        ),
        ["broad-grant"],
    ),
    "a document": (
        'data "aws_iam_policy_document" "x" {\n  statement {\n    actions   = ["*"]\n'
        '    resources = ["*"]\n  }\n}\n',
        ["broad-grant"],
    ),
    "a principal": (
        'data "aws_iam_policy_document" "x" {\n  statement {\n    actions = ["s3:GetObject"]\n'
        '    principals {\n      type = "*"\n      identifiers = ["*"]\n    }\n  }\n}\n',
        ["public-storage"],
    ),
    "private": (resource("aws_s3_bucket_acl", 'acl = "private"'), []),
    "a variable": (resource("aws_s3_bucket_acl", "acl = var.acl"), []),
    "a text with a variable": (resource("aws_s3_bucket_acl", 'acl = "${var.acl}"'), []),
    "a choice": (resource("aws_s3_bucket_acl", 'acl = var.open ? "public-read" : "private"'), []),
    "a comment": (resource("aws_s3_bucket_acl", '# acl = "public-read"'), []),
    "another resource": (resource("aws_lambda", 'acl = "public-read"'), []),
    "a website": (
        resource("aws_s3_bucket", 'acl = "public-read"\n  website {\n  }'),
        [],
    ),
    "a website beside": (
        resource("aws_s3_bucket_acl", 'acl = "public-read"')
        + resource("aws_s3_bucket_website_configuration", "bucket = x"),
        [],
    ),
    "a denial": (
        resource(
            "aws_s3_bucket_policy",
            f"policy = jsonencode({{Statement = [{PUBLIC.replace('Allow', 'Deny')}]}})",
        ),
        [],
    ),
    "a condition": (
        'data "aws_iam_policy_document" "x" {\n  statement {\n    actions = ["*"]\n'
        '    resources = ["*"]\n    condition {\n      test = "Bool"\n    }\n  }\n}\n',
        [],
    ),
    "a block that is on": (
        resource("aws_s3_bucket_public_access_block", "block_public_acls = true"),
        [],
    ),
}


@pytest.mark.parametrize(("text", "expected"), TERRAFORM.values(), ids=TERRAFORM)
def test_terraform(text: str, expected: list[str]) -> None:
    assert rules("main.tf", text) == expected


def test_the_place_in_terraform() -> None:
    text = resource("aws_s3_bucket_acl", 'acl = "public-read"')
    assert found(outcomes(HOOK, "main.tf", text)) == [("public-storage", 2, 9)]


@pytest.mark.parametrize(
    "text",
    [
        "public {",
        "= public",
        "a b c public",
        "x { " * 500 + "public",
        "[[[ public",
    ],
)
def test_broken_terraform(text: str) -> None:
    (said,) = outcomes(HOOK, "main.tf", text)
    assert (said.kind, "cannot parse as Terraform" in said.message) == ("error", True)


def bucket(properties: str) -> str:
    return f"Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      {properties}\n"


def role(verbs: str, resources: str, kind: str = "Role") -> str:
    return (
        f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: r}}\nrules:\n"
        f"- apiGroups: ['']\n  verbs: {verbs}\n  resources: {resources}\n"
    )


def binding(name: str, subject: str = "{kind: User, name: ada}") -> str:
    return (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n"
        f"roleRef: {{kind: ClusterRole, name: {name}}}\nsubjects:\n- {subject}\n"
    )


POLICY = (
    "Resources:\n  P:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      PolicyDocument:\n"
    "        Statement:\n        - Effect: {}\n          Principal: '*'\n"
    "          Action: s3:GetObject\n          Resource: !Sub 'arn:aws:s3:::${{B}}/*'\n"
)
YAML = {
    "an ACL": (bucket("AccessControl: PublicRead"), ["public-storage"]),
    "a block": (
        bucket("PublicAccessBlockConfiguration: {BlockPublicAcls: false}"),
        ["public-storage"],
    ),
    "a policy": (POLICY.format("Allow"), ["public-storage"]),
    "verbs": (role("['*']", "[pods]"), ["rbac-wildcard"]),
    "resources": (role("[get]", '["*"]', "ClusterRole"), ["rbac-wildcard"]),
    "both": (role("['*']", "['*']"), ["rbac-wildcard"] * 2),
    "a list": (
        "kind: List\nitems:\n"
        + "".join(
            f"{'- ' if not number else '  '}{line}\n"
            for number, line in enumerate(role("['*']", "[pods]").splitlines())
        ),
        ["rbac-wildcard"],
    ),
    "the second document": (
        f"a: 1\n---\n{role('[*]', '[x]').replace('[*]', chr(39) + '*' + chr(39))}",
        ["rbac-wildcard"],
    ),
    "cluster-admin": (binding("cluster-admin"), ["rbac-wildcard"]),
    "the default account": (
        binding("reader", "{kind: ServiceAccount, name: default, namespace: ml}"),
        ["rbac-wildcard"],
    ),
    "a private bucket": (bucket("AccessControl: Private"), []),
    "a website": (
        bucket("AccessControl: PublicRead\n      WebsiteConfiguration: {IndexDocument: i}"),
        [],
    ),
    "a denial": (POLICY.format("Deny"), []),
    "a narrow role": (role("[get, list]", "[pods]"), []),
    "a narrow binding": (binding("reader"), []),
    "another kind": ("kind: Deployment\nmetadata: {name: rbac}\n", []),
}


@pytest.mark.parametrize(("text", "expected"), YAML.values(), ids=YAML)
def test_yaml(text: str, expected: list[str]) -> None:
    assert rules("x.yaml", text) == expected


def statement(**changed: object) -> str:
    usual = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": "r"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**usual, **changed}]}, indent="\t")


JSON = {
    "everybody": (statement(), ["public-storage"]),
    "one statement": (
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}',
        ["broad-grant"],
    ),
    "an account": (statement(Principal={"AWS": "arn:aws:iam::1:root"}), []),
    "a service": (statement(Principal={"Service": "sagemaker.amazonaws.com"}), []),
    "a denial": (statement(Effect="Deny"), []),
    "a condition": (statement(Condition={"Bool": {"aws:SecureTransport": "true"}}), []),
    "listing": (
        statement(Principal={"AWS": "1"}, Action="s3:ListAllMyBuckets", Resource="*"),
        [],
    ),
    "jupyter": ('{"ServerApp": {"ip": "0.0.0.0", "token": ""}}', ["open-notebook"]),
    "jupyter here": ('{"ServerApp": {"ip": "localhost", "token": ""}}', []),
    "cloudformation": (
        '{"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": '
        '{"AccessControl": "PublicRead"}}}}',
        ["public-storage"],
    ),
    "another document": ('{"Statement": "none"}', []),
}


@pytest.mark.parametrize(("text", "expected"), JSON.values(), ids=JSON)
def test_json(text: str, expected: list[str]) -> None:
    assert rules("x.json", text) == expected
