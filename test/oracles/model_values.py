"""Legal and illegal values for a shape of a botocore service model."""

import regex as re

# Texts that match a pattern: the beginning, what fills up to any length, and the end.
FILLED = {
    "RoleArn": ("arn:aws:iam::123456789012:role/", "a", ""),
    "IAMRoleArn": ("arn:aws:iam::123456789012:role/", "a", ""),
    "KmsKey": ("arn:aws:kms:us-east-1:123456789012:key/", "a", ""),
    "EncryptionKeyArn": ("arn:aws:kms:us-east-1:123456789012:key/", "a", ""),
    "S3OutputLocation": ("s3://bucket/", "a", ""),
    "CpuSize": ("1", "0", ""),
    "MemorySize": ("1", "0", ""),
    "WorkerTypeString": ("a", "a", ""),
    "LogTypeString": ("a", "a", ""),
    "DiskSize": ("1", "0", "GB"),
    "WorkflowId": ("", "7", ""),
    "NumericIdInArn": ("", "7", ""),
    "RunGroupId": ("", "7", ""),
    "RunId": ("", "7", ""),
    "BatchId": ("", "7", ""),
    "AwsAccountId": ("", "7", ""),
    "RunRoleArn": ("arn:", "a", ""),
    "ResourceArn": ("arn:aws:emr-serverless:us:123456789012:/applications/", "a", ""),
    "OrchestrationRoleArn": ("arn:aws:iam::123456789012:role/", "a", ""),
    "GlueVersionString": ("a.", "a", ""),
    "GlueResourceArn": ("arn:aws:glue:us-east-1:123456789012:session/", "a", ""),
    "ImageUri": ("123456789012.dkr.ecr.us-east-1.amazonaws.com/image:", "a", ""),
    "PrometheusUrlString": ("https://aps-workspaces.us-east-1.amazonaws.com/workspaces/", "a", "/api/v1/remote_write"),
}
# Texts that cannot be filled up: the whole value.
FIXED = {
    "NotebookId": "0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a",
    "DiskType": "STANDARD",
    "PythonVersionString": "3",
    "WorkflowOwnerId": "777777777777",
    "IdentityCenterInstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
}
# Patterns written for Java that Python cannot read, with a value each that they refuse.
UNREADABLE = dict.fromkeys(
    ("KeyString", "XmlString", "XmlStringMaxLen256", "NameString", "DescriptionString", "OrchestrationArgumentsValue"), "a\u0001"
)


def text(shape, length=None):
    """A legal text of the given length, or None where the pattern has none of that length."""
    if shape.name in FIXED:
        value = FIXED[shape.name]
        return value if length in (None, len(value)) else None
    prefix, filler, suffix = FILLED.get(shape.name, ("", "a", ""))
    fixed = len(prefix) + len(suffix)
    least = max(shape.metadata.get("min", 0), fixed + 1)
    wanted = least if length is None else length
    if wanted < fixed:
        return None
    value = prefix + filler * (wanted - fixed) + suffix
    return value if wanted == 0 or matches(shape, value) else None


def matches(shape, value):
    pattern = shape.metadata.get("pattern")
    if pattern is None or shape.name in UNREADABLE:
        return True
    return re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value) is not None


def minimal(shape):
    """The smallest legal value of a shape."""
    kind = shape.type_name
    if kind == "structure":
        return {name: minimal(shape.members[name]) for name in shape.required_members}
    if kind == "list":
        return [minimal(shape.member) for _ in range(shape.metadata.get("min", 0))]
    if kind == "map":
        return {}
    if kind == "string":
        return shape.enum[0] if shape.enum else text(shape)
    if kind in ("integer", "long"):
        return max(shape.metadata.get("min", 0), 1)
    return {"boolean": True, "timestamp": "2027-01-01T00:00:00Z", "double": 1.0}[kind]


def legal_edges(shape):
    """Pairs of a name and a legal value at the edge of what is allowed."""
    kind, facts = shape.type_name, shape.metadata
    if kind == "string" and shape.enum:
        for word in shape.enum:
            yield f"choice {word}", word
    elif kind == "string":
        for edge in ("min", "max"):
            value = text(shape, facts[edge]) if edge in facts else text(shape)
            if value is not None and (value != "" or matches(shape, value)):
                yield f"{edge} length {len(value)}", value
    elif kind in ("integer", "long"):
        for edge in ("min", "max"):
            if edge in facts:
                yield f"{edge} {facts[edge]}", facts[edge]
    elif kind == "list" and facts.get("max", 1000) <= 200:
        yield f"{facts['max']} items", items(shape, facts["max"])
    elif kind == "map" and facts.get("max", 1000) <= 200:
        yield f"{facts['max']} entries", entries(shape, facts["max"])


def violations(shape):
    """Pairs of a name and an illegal value just beyond what is allowed."""
    kind, facts = shape.type_name, shape.metadata
    if kind == "string" and shape.enum:
        yield "unknown choice", "NOT_A_MEMBER"
    elif kind == "string":
        if facts.get("min", 0) > 0:
            yield f"length {facts['min'] - 1}", (text(shape, facts["min"] - 1) or "a" * (facts["min"] - 1))
        if "max" in facts:
            yield f"length {facts['max'] + 1}", (text(shape, facts["max"] + 1) or "a" * (facts["max"] + 1))
        if "pattern" in facts:
            yield "pattern", against_pattern(shape)
    elif kind in ("integer", "long"):
        if "min" in facts:
            yield f"value {facts['min'] - 1}", facts["min"] - 1
        if "max" in facts:
            yield f"value {facts['max'] + 1}", facts["max"] + 1
    elif kind == "list":
        if facts.get("min", 0) > 0:
            yield f"{facts['min'] - 1} items", items(shape, facts["min"] - 1)
        if "max" in facts:
            yield f"{facts['max'] + 1} items", items(shape, facts["max"] + 1)
    elif kind == "map" and "max" in facts:
        yield f"{facts['max'] + 1} entries", entries(shape, facts["max"] + 1)


def against_pattern(shape):
    """A text of legal length that the pattern refuses."""
    if shape.name in UNREADABLE:
        return UNREADABLE[shape.name]
    value = text(shape)
    for character in "*: !\u0001\n\u00e9":
        for candidate in (value[:-1] + character, character * len(value), value + character):
            length = len(candidate)
            fits = shape.metadata.get("min", 0) <= length <= shape.metadata.get("max", length)
            if fits and not matches(shape, candidate):
                return candidate
    return None


def items(shape, count):
    member = shape.member
    if member.type_name == "string" and member.enum:
        return [member.enum[index % len(member.enum)] for index in range(count)]
    return [minimal(member) for _ in range(count)]


def entries(shape, count):
    return {f"{text(shape.key)}{chr(97 + index // 26)}{chr(97 + index % 26)}": minimal(shape.value) for index in range(count)}


def walk(shape, path=(), above=()):
    """Every place of a shape, with the way there: member names, `[]`, `{key}` and `{value}`; recursion is entered once."""
    yield path, shape
    if shape.name in above:
        return
    above = (*above, shape.name)
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from walk(member, (*path, name), above)
    elif shape.type_name == "list":
        yield from walk(shape.member, (*path, "[]"), above)
    elif shape.type_name == "map":
        yield from walk(shape.key, (*path, "{key}"), above)
        yield from walk(shape.value, (*path, "{value}"), above)


def placed(shape, base, path, value):
    """The base with `value` at `path`; what lies on the way is made as small as the model allows."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if shape.type_name == "structure":
        inner = base.get(step)
        start = inner if inner is not None else minimal(shape.members[step])
        return {**base, step: placed(shape.members[step], start, rest, value)}
    if step == "[]":
        return [placed(shape.member, minimal(shape.member), rest, value)]
    if step == "{key}":
        return {value: minimal(shape.value)}
    return {text(shape.key): placed(shape.value, minimal(shape.value), rest, value)}


def without(base, path):
    """The base without the member at `path`."""
    step, rest = path[0], path[1:]
    if isinstance(base, list):
        return [without(base[0], rest)]
    if step == "{value}":
        return {key: without(inner, rest) for key, inner in base.items()}
    if not rest:
        return {name: inner for name, inner in base.items() if name != step}
    return {**base, step: without(base[step], rest)}
