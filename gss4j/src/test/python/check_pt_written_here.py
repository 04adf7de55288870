"""Compares a PyTorch file with a safetensors file: check_pt_written_here.py FILE.pt FILE.safetensors

Loads the first with torch.load(weights_only=True); names, order, types, shapes and every bit must
be the same. Needs torch and safetensors.
"""

import sys
import zipfile

import torch
from safetensors import safe_open

found = torch.load(sys.argv[1], weights_only=True)
with safe_open(sys.argv[2], "pt") as file:
    expected = {name: file.get_tensor(name) for name in file.keys()}
assert set(found) == set(expected), f"names: {sorted(found)} and {sorted(expected)}"
for name, tensor in expected.items():
    other = found[name]
    assert other.dtype == tensor.dtype, f"{name}: {other.dtype} and {tensor.dtype}"
    assert other.shape == tensor.shape, f"{name}: {other.shape} and {tensor.shape}"
    assert other.is_contiguous(), f"{name}: strides {other.stride()}"
    same = other.reshape(-1).view(torch.uint8).equal(tensor.reshape(-1).view(torch.uint8))
    assert same, f"{name}: values differ"
bad = zipfile.ZipFile(sys.argv[1]).testzip()
assert bad is None, f"{bad}: wrong check sum"
print(f"torch {torch.__version__}: {len(found)} tensors of {type(found).__name__} equal")
