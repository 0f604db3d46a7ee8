"""Checks an answer, as raw JSON, against a shape of a botocore service model."""

import regex as re

from model_values import matches

from model_values import UNREADABLE

ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"


def faults_of(shape, value, path="answer"):
    """Every way in which a raw JSON value breaks the shape; empty when it keeps it."""
    kind = shape.type_name
    if kind == "structure":
        return structure_faults(shape, value, path)
    if kind == "list":
        if not isinstance(value, list):
            return [f"{path} is no list"]
        return size_faults(shape, len(value), path) + [
            fault for index, item in enumerate(value) for fault in faults_of(shape.member, item, f"{path}[{index}]")
        ]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{path} is no map"]
        return [fault for key, item in value.items() for fault in faults_of(shape.value, item, f"{path}.{key}")]
    return scalar_faults(shape, value, path)


def structure_faults(shape, value, path):
    if getattr(shape, "is_document_type", False):
        return []
    if not isinstance(value, dict):
        return [f"{path} is no structure"]
    faults = [f"{path}.{name} is missing" for name in shape.required_members if name not in value]
    for name, inner in value.items():
        if name not in shape.members:
            faults.append(f"{path}.{name} is not in the model")
        else:
            faults += faults_of(shape.members[name], inner, f"{path}.{name}")
    return faults


def scalar_faults(shape, value, path):
    kind = shape.type_name
    if kind == "string":
        if not isinstance(value, str):
            return [f"{path} is no string"]
        if shape.enum and value not in shape.enum:
            return [f"{path} is '{value}', which is none of the choices"]
        if not matches(shape, value):
            return [f"{path} does not match {shape.metadata['pattern']}"]
        return size_faults(shape, len(value), path)
    if kind in ("integer", "long"):
        if isinstance(value, bool) or not isinstance(value, int):
            return [f"{path} is no whole number"]
        return size_faults(shape, value, path)
    if kind == "timestamp" and shape.serialization.get("timestampFormat") == "iso8601":
        return [] if isinstance(value, str) and re.fullmatch(ISO, value) else [f"{path} is no ISO 8601 text"]
    # Other timestamps are numbers in bodies; a text would make some clients throw.
    if kind in ("timestamp", "double", "float"):
        return [] if isinstance(value, (int, float)) and not isinstance(value, bool) else [f"{path} is no number"]
    if kind == "boolean":
        return [] if isinstance(value, bool) else [f"{path} is no boolean"]
    return [f"{path} has the type {kind}, which the judge does not know"]


def size_faults(shape, size, path):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        return [f"{path} is {size}, below {least}"]
    if most is not None and size > most:
        return [f"{path} is {size}, above {most}"]
    return []
