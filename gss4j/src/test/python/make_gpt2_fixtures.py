#!/usr/bin/env python3
"""Writes small GPT-2 models of several shapes and what Hugging Face transformers computes with them.

usage: make_gpt2_fixtures.py [OUT]        OUT: default ../resources/gpt2 beside this script

Each case is a directory with config.json and model.safetensors, as the hub has them, and
expected.safetensors: in.ids (B, L) and out.logits (B, L, vocab) in float32.
needs: pip install torch transformers safetensors numpy"""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel

# name: configuration, batch, length, options
CASES = {
    "one_head": (dict(vocab_size=61, n_positions=24, n_embd=16, n_layer=1, n_head=1), 2, 24, {}),
    "three_layers": (dict(vocab_size=97, n_positions=32, n_embd=24, n_layer=3, n_head=4), 2, 19, {}),
    # as openai-community/gpt2 is stored: no prefix, and the causal masks among the tensors
    "bare_names": (dict(vocab_size=61, n_positions=20, n_embd=20, n_layer=2, n_head=5), 3, 11, {"bare": True}),
    "one_token": (dict(vocab_size=31, n_positions=8, n_embd=12, n_layer=2, n_head=3), 2, 1, {}),
    "wide_inner": (
        dict(vocab_size=50, n_positions=16, n_embd=16, n_layer=2, n_head=2, n_inner=40, layer_norm_epsilon=1e-3),
        2, 16, {}),
    "own_head": (dict(vocab_size=61, n_positions=16, n_embd=16, n_layer=2, n_head=2, tie_word_embeddings=False), 1, 13, {}),
    "exact_gelu": (
        dict(vocab_size=61, n_positions=16, n_embd=16, n_layer=2, n_head=2, activation_function="gelu"), 1, 16, {}),
    "scaled_by_layer": (
        dict(vocab_size=61, n_positions=16, n_embd=16, n_layer=3, n_head=2, scale_attn_by_inverse_layer_idx=True),
        1, 16, {}),
}


def make(out, name, config, batch, length, options, seed):
    torch.manual_seed(seed)
    model = GPT2LMHeadModel(GPT2Config(**config, attn_implementation="eager")).eval()
    with torch.no_grad():  # the init's biases are 0, its norms 1 and its weights small: nothing would show
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.15)
        ids = torch.randint(0, config["vocab_size"], (batch, length))
        logits = model(ids).logits
    directory = out / name
    directory.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(directory)
    (directory / "generation_config.json").unlink(missing_ok=True)
    weights = directory / "model.safetensors"
    if options.get("bare"):
        tensors = {k.removeprefix("transformer."): v for k, v in load_file(weights).items()}
        n = config["n_positions"]
        for layer in range(config["n_layer"]):
            tensors[f"h.{layer}.attn.bias"] = torch.ones(n, n).tril().view(1, 1, n, n)
        save_file(tensors, weights, metadata={"format": "pt"})
        settings = json.loads((directory / "config.json").read_text())
        (directory / "config.json").write_text(json.dumps(settings, indent=2, sort_keys=True))
    save_file({"in.ids": ids, "out.logits": logits.contiguous()}, directory / "expected.safetensors")


def main():
    here = pathlib.Path(__file__).resolve().parent
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent / "resources" / "gpt2"
    for number, (name, (config, batch, length, options)) in enumerate(CASES.items()):
        make(out, name, config, batch, length, options, 100 + number)
        print(name)


if __name__ == "__main__":
    main()
