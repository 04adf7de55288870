"""Looks on a real MLflow server for what a run has logged there.

    pip install mlflow
    mlflow server --host 127.0.0.1 --port 5000
    gss train … --mlflow http://127.0.0.1:5000 --mlflow-experiment tiny --out RUN
    python check_mlflow.py http://127.0.0.1:5000 tiny RUN

Ends with an error unless parameters, every step's loss, the files and the registered model are
those of the run's directory.
"""

import json
import pathlib
import sys

import mlflow

uri, experiment, directory = sys.argv[1:4]
directory = pathlib.Path(directory)
client = mlflow.MlflowClient(uri, uri)
mlflow.set_tracking_uri(uri)

run = client.get_run((directory / "mlflow.id").read_text().strip())
assert run.info.status == "FINISHED", run.info.status
assert run.info.run_name == directory.name, run.info.run_name
assert client.get_experiment(run.info.experiment_id).name == experiment

config = json.loads((directory / "run.json").read_text())
for key, value in config.items():
    logged = run.data.params[key]
    assert logged == value if isinstance(value, str) else json.loads(logged) == value, key

lines = [json.loads(line) for line in open(directory / "metrics.jsonl", encoding="utf-8")]


def check(key, expected):
    history = client.get_metric_history(run.info.run_id, key)
    found = sorted((m.step, m.value) for m in history)
    assert found == expected, f"{key}: {found[:3]} …, expected {expected[:3]} …"
    print(f"{key:<24} {len(found):>6} values, the last {found[-1][1]:.6g}")


check("train/loss", [(l["step"], l["loss"]) for l in lines if "loss" in l])
check("train/lr", [(l["step"], l["lr"]) for l in lines if "loss" in l])
for whole, part in ((False, "eval"), (True, "held_out")):
    seen = [l for l in lines if l.get("whole") is whole]
    if seen:
        check(part + "/bits_per_byte", [(l["step"], l["bits_per_byte"]) for l in seen])
watched = [l for l in lines if "layer_grad_norms" in l]
for layer in watched[-1]["layer_grad_norms"] if watched else []:
    check("grad_norm/" + layer, [(l["step"], l["layer_grad_norms"][layer]) for l in watched])

for name in ("run.json", "metrics.jsonl", "report.html"):
    path = mlflow.artifacts.download_artifacts(f"runs:/{run.info.run_id}/{name}")
    assert pathlib.Path(path).read_bytes() == (directory / name).read_bytes(), name
    print("artifact", name)
versions = client.search_model_versions(f"name='{experiment}'")
version = next(v for v in versions if v.run_id == run.info.run_id)
path = pathlib.Path(mlflow.artifacts.download_artifacts(version.source))
for file in ("config.json", "model.safetensors"):
    assert (path / file).read_bytes() == (directory / "best" / file).read_bytes(), file
print("model", version.name, "version", version.version)
print("MLflow shows the run", run.info.run_id)
