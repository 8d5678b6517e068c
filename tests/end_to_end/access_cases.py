"""Infrastructure files of every shape that checkov's checks on access judge, one resource each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator


def _resource(kind: str, *lines: str) -> str:
    body = "".join(f"  {line}\n" for line in lines)
    return f'resource "{kind}" "x" {{\n{body}}}\n'


def terraform() -> Iterator[tuple[str, str]]:
    """Yield a name and the text of each Terraform file."""
    acls = (
        "private",
        "public-read",
        "public-read-write",
        "authenticated-read",
        "log-delivery-write",
    )
    for acl in acls:
        yield f"bucket-{acl}", _resource("aws_s3_bucket", 'bucket = "churn"', f'acl = "{acl}"')
    switches = ("block_public_acls", "block_public_policy", "ignore_public_acls")
    for values in itertools.product(("true", "false"), repeat=3):
        lines = [f"{name} = {value}" for name, value in zip(switches, values, strict=True)]
        yield (
            f"block-{'-'.join(values)}",
            _resource(
                "aws_s3_bucket_public_access_block",
                "bucket = aws_s3_bucket.churn.id",
                *lines,
                "restrict_public_buckets = true",
            ),
        )
    for effect, principal, action in itertools.product(
        ("Allow", "Deny"),
        ('"*"', '{ AWS = "*" }', '{ AWS = "arn:aws:iam::123456789012:root" }', '{ AWS = ["*"] }'),
        ("s3:GetObject", "s3:*"),
    ):
        statement = f'Effect = "{effect}", Principal = {principal}, Action = "{action}"'
        statements = f'[{{ {statement}, Resource = "*" }}]'
        policy = f'jsonencode({{ Version = "2012-10-17", Statement = {statements} }})'
        yield (
            f"policy-{effect}-{principal}-{action}",
            _resource(
                "aws_s3_bucket_policy", "bucket = aws_s3_bucket.churn.id", f"policy = {policy}"
            ),
        )
    for effect, actions, resources in itertools.product(
        ("Allow", "Deny", ""),
        ('["*"]', '["s3:GetObject"]', '["s3:*"]'),
        ('["*"]', '["arn:aws:s3:::x"]'),
    ):
        lines = [f'effect = "{effect}"'] if effect else []
        lines += [f"actions = {actions}", f"resources = {resources}"]
        body = "".join(f"    {line}\n" for line in lines)
        yield (
            f"document-{effect}-{actions}-{resources}",
            f'data "aws_iam_policy_document" "x" {{\n  statement {{\n{body}  }}\n}}\n',
        )
    for kind, effect, action, resource in itertools.product(
        ("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"),
        ("Allow", "Deny"),
        ("*", "s3:GetObject"),
        ("*", "arn:aws:s3:::x"),
    ):
        text = (
            f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "{effect}", '
            f'"Action": "{action}", "Resource": "{resource}"}}]}}'
        )
        yield (
            f"{kind}-{effect}-{action}-{resource}",
            _resource(kind, f"policy = <<EOF\n{text}\nEOF"),
        )
    for kind in ("aws_db_instance", "aws_rds_cluster_instance", "aws_redshift_cluster"):
        for value in ("true", "false"):
            yield f"{kind}-{value}", _resource(kind, f"publicly_accessible = {value}")
    members = (
        "allUsers",
        "allAuthenticatedUsers",
        "user:ada@example.com",
        "group:risk@example.com",
    )
    for member in members:
        yield (
            f"gcs-member-{member}",
            _resource(
                "google_storage_bucket_iam_member", 'bucket = "churn"', f'member = "{member}"'
            ),
        )
        yield (
            f"gcs-binding-{member}",
            _resource(
                "google_storage_bucket_iam_binding",
                'bucket = "churn"',
                f'members = ["user:eve@example.com", "{member}"]',
            ),
        )
    for access in ("blob", "container", "private"):
        yield (
            f"azure-{access}",
            _resource("azurerm_storage_container", f'container_access_type = "{access}"'),
        )
    for value in ("true", "false"):
        yield (
            f"azure-account-{value}",
            _resource("azurerm_storage_account", f"allow_nested_items_to_be_public = {value}"),
        )


def cloudformation() -> Iterator[tuple[str, str]]:
    """Yield a name and the text of each CloudFormation template."""

    def template(kind: str, *lines: str) -> str:
        body = "".join(f"      {line}\n" for line in lines)
        return f"Resources:\n  X:\n    Type: {kind}\n    Properties:\n{body}"

    for access in ("Private", "PublicRead", "PublicReadWrite", "AuthenticatedRead"):
        yield f"bucket-{access}", template("AWS::S3::Bucket", f"AccessControl: {access}")
    switches = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    for name in (*switches, ""):
        lines = [f"  {each}: {'false' if each == name else 'true'}" for each in switches]
        yield (
            f"block-{name}",
            template("AWS::S3::Bucket", "PublicAccessBlockConfiguration:", *lines),
        )
    for effect, principal in itertools.product(
        ("Allow", "Deny"), ("'*'", "{AWS: '*'}", "{AWS: '1'}")
    ):
        yield (
            f"policy-{effect}-{principal}",
            template(
                "AWS::S3::BucketPolicy",
                "Bucket: churn",
                "PolicyDocument:",
                "  Statement:",
                f"  - Effect: {effect}",
                f"    Principal: {principal}",
                "    Action: 's3:GetObject'",
                "    Resource: '*'",
            ),
        )
    for value in ("true", "false"):
        yield f"rds-{value}", template("AWS::RDS::DBInstance", f"PubliclyAccessible: {value}")
    for effect, action, resource in itertools.product(
        ("Allow", "Deny"), ("'*'", "'s3:GetObject'"), ("'*'", "'arn:aws:s3:::x'")
    ):
        yield (
            f"iam-{effect}-{action}-{resource}",
            template(
                "AWS::IAM::Policy",
                "PolicyDocument:",
                "  Version: '2012-10-17'",
                "  Statement:",
                f"  - Effect: {effect}",
                f"    Action: {action}",
                f"    Resource: {resource}",
            ),
        )


def kubernetes() -> Iterator[tuple[str, str]]:
    """Yield a name and the text of each manifest of a role."""
    for kind, verbs, resources, groups in itertools.product(
        ("Role", "ClusterRole"),
        ('["*"]', "[get, list]", '[get, "*"]'),
        ('["*"]', "[pods]", "[secrets]"),
        ('[""]', '["*"]'),
    ):
        yield (
            f"{kind}-{verbs}-{resources}-{groups}",
            f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: x\n"
            f"rules:\n- apiGroups: {groups}\n  resources: {resources}\n  verbs: {verbs}\n",
        )
