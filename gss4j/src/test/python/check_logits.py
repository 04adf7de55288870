"""Holds logits of gss4j against those of the published PyTorch package, with the same file of weights.

    gss convert MODEL out/model.pt          # or out/model.safetensors
    gss eval --model out/model.pt --ids-file IDS.json --dtype float64 --logits out/logits.safetensors
    python check_logits.py out/model.pt out/logits.safetensors

Needs torch, safetensors and gated-state-spaces-pytorch. Computes in float64; prints the largest difference
relative to the largest logit, and fails above 1e-9.
"""

import inspect
import json
import pathlib
import sys

import torch
from gated_state_spaces_pytorch import GatedDsConvLM, GatedExponentialSmoothingLM, GatedStateSpacesLM
from safetensors.torch import load_file

CLASSES = {"gss": GatedStateSpacesLM, "dsconv": GatedDsConvLM, "mhesa": GatedExponentialSmoothingLM}

weights = pathlib.Path(sys.argv[1])
config = json.loads((weights.parent / "config.json").read_text())
for option in ("layers", "learned_step", "normalize_input", "tie_embeddings"):
    if config.get(option):
        sys.exit(f"config.json has {option}, which the published package does not know")
made = CLASSES[config.get("mixer", "gss")]
known = inspect.signature(made).parameters
model = made(**{key: value for key, value in config.items() if key in known})
if config.get("final_norm"):  # as naxalpha/gated-state-space has it
    model.to_logits = torch.nn.Sequential(torch.nn.LayerNorm(config["dim"]), model.to_logits)
if weights.suffix == ".pt":
    state = torch.load(weights, weights_only=True)
else:
    state = load_file(weights)
print(made.__name__, model.load_state_dict(state, strict=True))

given = load_file(sys.argv[2])
with torch.no_grad():
    logits = model.double()(given["ids"])
difference = ((logits - given["logits"].double()).abs().max() / logits.abs().max()).item()
print(f"{weights.name}: {tuple(logits.shape)} logits, largest relative difference {difference:.1e}")
sys.exit(difference > 1e-9)
