#!/usr/bin/env python3
"""Holds Kubernetes files against the schemas that are published for them, strictly: unknown fields are errors.

What Kubernetes itself defines goes by its JSON schema (package kubernetes-validate), a PyTorchJob by the models of
Kubeflow's training operator (package kubeflow-training), and the pods in it by Kubernetes' schema again.

    scripts/check-kubernetes.sh [FILE…]
"""
import sys
from importlib.metadata import version

import kubernetes_validate
import yaml
from kubeflow.training import models

VERSION = kubernetes_validate.latest_version()
KUBEFLOW = {"PyTorchJob": "KubeflowOrgV1PyTorchJob"}
SCALARS = {"str": str, "int": int, "bool": bool}


def kubernetes(where, resource):
    """What is wrong with an object of Kubernetes' own."""
    try:
        kubernetes_validate.validate(resource, VERSION, strict=True)
        return []
    except kubernetes_validate.SchemaNotFoundError as e:
        return [f"{where}: {e.message}"]
    except kubernetes_validate.ValidationError as e:
        return [f"{'.'.join([where, *map(str, e.path)])}: {e.message}"]


def template(parent, **fields):
    """What is wrong with a part of a pod's template."""
    return kubernetes(parent, {"apiVersion": "v1", "kind": "PodTemplate", **fields})


def value(where, kind, found):
    """What is wrong with a value, by the name of its type in a model."""
    if kind == "V1PodTemplateSpec":
        return template(where.removesuffix(".template"), template=found)
    if kind == "V1ObjectMeta":
        return template(where.removesuffix(".metadata"), metadata=found)
    if kind.startswith("dict("):
        inner = kind[len("dict(str, "):-1]
        return [e for key, item in found.items() for e in value(f"{where}.{key}", inner, item)]
    if kind.startswith("list["):
        inner = kind[len("list["):-1]
        return [e for i, item in enumerate(found) for e in value(f"{where}.{i}", inner, item)]
    if kind in SCALARS:
        fits = isinstance(found, SCALARS[kind]) and (kind == "bool" or not isinstance(found, bool))
        return [] if fits else [f"{where}: {found!r} is not of type {kind}"]
    return model(where, getattr(models, kind), found)


def model(where, form, found):
    """What is wrong with an object that a model describes."""
    attributes = {name: attribute for attribute, name in form.attribute_map.items()}
    errors = [f"{where}.{name}: no such field" for name in found if name not in attributes]
    known = {name: item for name, item in found.items() if name in attributes}
    for name, item in known.items():
        errors += value(f"{where}.{name}", form.openapi_types[attributes[name]], item)
    try:
        form(**{attributes[name]: item for name, item in known.items()})
    except ValueError as missing:
        errors.append(f"{where}: {missing}")
    return errors


def check(resource):
    kind = resource["kind"]
    if kind in KUBEFLOW:
        if resource["apiVersion"] != "kubeflow.org/v1":
            return [f"{kind}.apiVersion: {resource['apiVersion']!r}, expected 'kubeflow.org/v1'"]
        return model(kind, getattr(models, KUBEFLOW[kind]), resource)
    return kubernetes(kind, resource)


def main(files):
    bad = 0
    for file in files:
        with open(file, encoding="utf-8") as text:
            for resource in yaml.safe_load_all(text):
                errors = check(resource)
                bad += len(errors)
                for error in errors:
                    print(f"{file}: {error}")
                if not errors:
                    print(f"{file}: {resource['kind']} {resource['metadata']['name']}: as its schema says")
    print(f"schemas: Kubernetes {VERSION}, kubeflow-training {version('kubeflow-training')}; {bad} errors")
    return 1 if bad else 0


sys.exit(main(sys.argv[1:]))
