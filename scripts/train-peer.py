#!/usr/bin/env python3
"""Trains the published PyTorch package (its code, its initialisation, its optimizer) on the bytes that gss4j's runs
learn from, as many of them, and prints bits per byte of the same held-out text, read in windows of 1,024.

usage: PYTHON scripts/train-peer.py --data DIR [--lr 2e-4 1e-3 4e-3] [--steps 900] [--state 128]
DIR is a corpus as gss4j keeps it (train.bin, held_out.bin), such as ~/.cache/gss4j/java-a0ba19fdb0611f86 after
./gss demo; PYTHON has the package: python3 -m venv DIR; DIR/bin/pip install torch numpy scipy einops
gated-state-spaces-pytorch"""
import argparse
import math
import pathlib
import time

import numpy
import torch
from gated_state_spaces_pytorch import GatedStateSpacesLM
from gated_state_spaces_pytorch.autoregressive_wrapper import AutoregressiveWrapper

WINDOW = 1024  # of the evaluation


def text(file):
    return torch.from_numpy(numpy.fromfile(file, dtype=numpy.uint8).astype(numpy.int64))


def train(a, ids, lr):
    torch.manual_seed(a.seed)
    model = AutoregressiveWrapper(GatedStateSpacesLM(num_tokens=256, dim=a.dim, depth=a.depth, dss_kernel_N=a.state,
                                                     dss_kernel_H=a.kernel_dim), max_seq_len=a.seq_len)
    adam = torch.optim.Adam(model.parameters(), lr=lr)
    started = time.monotonic()
    for step in range(1, a.steps + 1):
        begin = torch.randint(0, len(ids) - a.seq_len, (a.batch,))
        loss = model(torch.stack([ids[b:b + a.seq_len + 1] for b in begin]))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        adam.step()
        adam.zero_grad()
        if step % 50 == 0:
            print(f"lr {lr:g}  step {step} of {a.steps}  loss {loss.item():.3f}  "
                  f"{step * a.batch * a.seq_len / (time.monotonic() - started):,.0f} tokens/s", flush=True)
    return model


@torch.no_grad()
def bits_per_byte(model, ids):
    """Mean over all bytes but the first of each window: what one window's model reads, it predicts."""
    nats = 0.0
    for begin in range(0, len(ids) - 1, WINDOW):
        window = ids[begin:begin + WINDOW + 1]
        logits = model.net(window[None, :-1])
        nats += torch.nn.functional.cross_entropy(logits[0], window[1:], reduction="sum").item()
    return nats / (len(ids) - 1) / math.log(2)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=pathlib.Path, required=True)
    p.add_argument("--lr", type=float, nargs="+", default=[2e-4, 1e-3, 4e-3])
    p.add_argument("--steps", type=int, default=900)
    p.add_argument("--seq-len", type=int, default=512)
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--dim", type=int, default=256)
    p.add_argument("--depth", type=int, default=4)
    p.add_argument("--state", type=int, default=128, help="dss_kernel_N")
    p.add_argument("--kernel-dim", type=int, default=128, help="dss_kernel_H")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    learned, held_out = text(a.data / "train.bin"), text(a.data / "held_out.bin")
    for lr in a.lr:
        model = train(a, learned, lr).eval()
        size = sum(q.numel() for q in model.parameters())
        print(f"lr {lr:g}: {bits_per_byte(model, held_out):.4f} bits per byte of {len(held_out):,} held-out bytes; "
              f"{size:,} parameters, {a.steps * a.batch * a.seq_len:,} bytes learned from, seed {a.seed}", flush=True)


if __name__ == "__main__":
    main()
