"""Writes forms of PyTorch files that today's torch.save does not write, but weights_only reads, and files
that weights_only refuses: python make_pickle_forms.py DIRECTORY

DIRECTORY/forms/*.pt hold 'weight' and 'bias' of DIRECTORY/forms/expected.safetensors, as torch.load with
weights_only says when this runs; DIRECTORY/refused/*.pt are refused by it; in DIRECTORY/wanted/*.pt
'weight' is sparse, complex and so on. Needs torch and safetensors.
"""

import pathlib
import pickle
import struct
import sys
import zipfile
from collections import Counter, OrderedDict

import numpy
import torch
from safetensors.torch import save_file

OUT = pathlib.Path(sys.argv[1])
FORMS = OUT / "forms"
REFUSED = OUT / "refused"
WANTED = OUT / "wanted"
WEIGHT = torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4
BIAS = torch.tensor([-1.5, 2.0, 7.0, 0.5])
BYTES = {"0": WEIGHT.numpy().tobytes(), "1": BIAS.numpy().tobytes()}


# The operations of a pickle, by hand.
def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def short(value):
    """As Python 2 has text."""
    data = value.encode()
    return b"U" + bytes([len(data)]) + data


def number(value):
    return b"J" + struct.pack("<i", value)


def named(name):
    module, _, last = name.rpartition(".")
    return f"c{module}\n{last}\n".encode()


def tuple_of(*items):
    return b"(" + b"".join(items) + b"t"


def call(name, *arguments):
    return named(name) + tuple_of(*arguments) + b"R"


def new(name, *arguments):
    return named(name) + tuple_of(*arguments) + b"\x81"


def storage(key, elements, kind="torch.FloatStorage", text=text, legacy=False, view=None):
    parts = [text("storage"), named(kind), text(key), text("cpu"), number(elements)]
    if legacy:
        parts.append(view or b"N")
    return tuple_of(*parts) + b"Q"


def layout(tensor, offset=0):
    shape, stride = tuple(tensor.shape), tensor.stride()
    return number(offset), tuple_of(*map(number, shape)), tuple_of(*map(number, stride))


NO_HOOKS = b"ccollections\nOrderedDict\n)R"
LATE = (b"\x89", NO_HOOKS)


def items(weight, bias, text=text):
    return b"(" + text("weight") + weight + text("bias") + bias + b"u"


def plain(**more):
    weight = call("torch._utils._rebuild_tensor_v2", storage("0", 6), *layout(WEIGHT), *LATE)
    bias = call("torch._utils._rebuild_tensor_v2", storage("1", 4), *layout(BIAS), *LATE)
    return weight, bias


def archive(path, body, entries=BYTES):
    with zipfile.ZipFile(path, "w") as out:
        for name, data in [("data.pkl", b"\x80\x02" + body + b".")] + [(f"data/{k}", v) for k, v in entries.items()]:
            out.writestr(zipfile.ZipInfo(f"archive/{name}", (2000, 1, 1, 0, 0, 0)), data)
        out.writestr(zipfile.ZipInfo("archive/version", (2000, 1, 1, 0, 0, 0)), b"3\n")


def legacy(path, body, keys=("0", "1"), elements=(6, 4), text=text, entries=BYTES):
    with open(path, "wb") as out:
        for value in [0x1950A86A20F9469CFC6C, 1001]:
            pickle.dump(value, out, protocol=2)
        out.write(b"\x80\x02}(" + text("protocol_version") + number(1001) + text("little_endian") + b"\x88u.")
        out.write(b"\x80\x02" + body + b".")
        out.write(b"\x80\x02](" + b"".join(map(text, keys)) + b"e.")
        for key, count in zip(keys, elements):
            out.write(struct.pack("<q", count) + entries[key])


def ordered_pairs(weight, bias, text=text):
    """An OrderedDict as Python 2 pickles it: called with a list of lists."""
    return call("collections.OrderedDict", b"](](" + text("weight") + weight + b"e](" + text("bias") + bias + b"ee")


def forms():
    # Python 2
    def of(key, elements, tensor, **options):
        return storage(key, elements, text=short, legacy=True, **options), *layout(tensor)

    legacy(
        FORMS / "python_2.pt",
        ordered_pairs(
            call("torch._utils._rebuild_tensor", *of("0", 6, WEIGHT)),
            call("torch._utils._rebuild_tensor_v2", *of("1", 4, BIAS), *LATE),
            short,
        ),
        text=short,
    )
    # constructors
    weight, bias = plain()
    archive(FORMS / "constructor_v1.pt", b"}" + items(
        call("torch._utils._rebuild_tensor", storage("0", 6), *layout(WEIGHT)),
        call("torch._utils._rebuild_tensor", storage("1", 4), *layout(BIAS)),
    ))
    untyped = "torch.storage.UntypedStorage"
    archive(FORMS / "constructor_v3.pt", b"}" + items(
        call("torch._utils._rebuild_tensor_v3", storage("0", 24, untyped), *layout(WEIGHT), *LATE, named("torch.float32")),
        call("torch._utils._rebuild_tensor_v3", storage("1", 16, untyped), *layout(BIAS), *LATE, named("torch.float32"), b"}"),
    ))
    archive(FORMS / "constructor_v2_with_metadata.pt", b"}" + items(
        call("torch._utils._rebuild_tensor_v2", storage("0", 6), *layout(WEIGHT), *LATE, b"}"), bias,
    ))
    archive(FORMS / "device.pt", b"}" + items(
        call("torch._utils._rebuild_device_tensor_from_cpu_tensor", weight, named("torch.float32"), text("cpu"), b"\x89"),
        call("torch._utils._rebuild_device_tensor_from_cpu_tensor", bias, named("torch.float32"), text("cpu"), b"\x89"),
    ))
    archive(FORMS / "parameters.pt", b"}" + items(
        call("torch._utils._rebuild_parameter", weight, b"\x88", NO_HOOKS),
        call("torch._utils._rebuild_parameter_with_state", bias, b"\x88", NO_HOOKS, b"}"),
    ))
    archive(FORMS / "with_attributes.pt", b"}" + items(
        call("torch._tensor._rebuild_from_type_v2", named("torch._utils._rebuild_tensor"), named("torch.Tensor"),
             tuple_of(storage("0", 6), *layout(WEIGHT)), b"}(" + text("note") + number(3) + b"u"),
        call("torch._tensor._rebuild_from_type_v2", named("torch._utils._rebuild_parameter"),
             named("torch.nn.parameter.Parameter"), tuple_of(bias, b"\x88", NO_HOOKS), b"}"),
    ))
    archive(FORMS / "cuda_storages.pt", b"}" + items(
        call("torch._utils._rebuild_tensor_v2", storage("0", 6, "torch.cuda.FloatStorage"), *layout(WEIGHT), *LATE),
        call("torch._utils._rebuild_tensor_v2", storage("1", 4, "torch.cuda.FloatStorage"), *layout(BIAS), *LATE),
    ))
    # tensors that are made empty and then given their data; the second is recalled from the memo
    archive(FORMS / "data_given_later.pt", b"}(" + text("list") + b"](" + call("torch.FloatTensor") + b"q\x02"
            + tuple_of(storage("1", 4), *layout(BIAS)) + b"beu" + items(
        new("torch.Tensor") + tuple_of(storage("0", 6), *layout(WEIGHT)) + b"b", b"h\x02",
    ))
    archive(FORMS / "parameters_of_early_versions.pt", b"}" + items(
        new("torch.nn.parameter.Parameter") + tuple_of(weight, b"N", NO_HOOKS, b"\x88", b"\x89") + b"b",
        new("torch.nn.parameter.Parameter", bias) + tuple_of(b"\x88", b"\x89", NO_HOOKS) + b"b",
    ))
    # a view of a storage, as before PyTorch 1.6
    base = {"0": bytes(8) + BYTES["0"] + BYTES["1"]}
    view = lambda key, first, count: tuple_of(text(key), number(first), number(count))
    legacy(
        FORMS / "storage_views.pt",
        b"}" + items(
            call("torch._utils._rebuild_tensor_v2", storage("0", 12, legacy=True, view=view("a", 2, 6)), *layout(WEIGHT), *LATE),
            call("torch._utils._rebuild_tensor_v2", storage("0", 12, legacy=True, view=view("b", 6, 6)), *layout(BIAS, 2), *LATE),
        ),
        keys=("0",), elements=(12,), entries=base,
    )
    archive(FORMS / "one_storage_as_two_types.pt", b"}" + items(weight, bias)[:-1] + text("rank") + call(
        "torch._utils._rebuild_tensor_v2", storage("1", 4, "torch.IntStorage"), *layout(BIAS), *LATE) + b"u")
    # dicts
    archive(FORMS / "ordered_dict_of_pairs.pt", ordered_pairs(weight, bias))
    archive(FORMS / "ordered_dict_of_dict.pt", call("collections.OrderedDict", b"}" + items(weight, bias)))
    archive(FORMS / "ordered_dict_with_versions.pt", NO_HOOKS + items(weight, bias) + b"}(" + text("_metadata") + b"}ub")
    archive(FORMS / "new_ordered_dict.pt", new("collections.OrderedDict") + items(weight, bias))

    # what is not the model's, beside it
    state = OrderedDict(weight=WEIGHT, bias=BIAS)
    quantized = torch.quantize_per_tensor(BIAS, 0.1, 3, torch.qint8)
    channels = torch.quantize_per_channel(WEIGHT, torch.ones(2), torch.zeros(2, dtype=torch.int64), 0, torch.quint8)
    beside = {
        "sparse": {"coo": WEIGHT.to_sparse(), "csr": WEIGHT.to_sparse_csr(), "bsc": WEIGHT.to_sparse_bsc((1, 1))},
        "quantized": {"tensor": quantized, "channels": channels},
        "meta": {"a": torch.empty(7, device="meta"), "b": torch.nn.Parameter(torch.empty(7, device="meta"))},
        "complex": {"c64": BIAS.to(torch.complex64), "c128": BIAS.to(torch.complex128)},
        "half": BIAS.to(torch.complex32),
        "unsigned": {f"u{n}": torch.ones(3).to(getattr(torch, f"uint{n}")) for n in (16, 32, 64)},
        "float8": {n: torch.ones(3).to(getattr(torch, n)) for n in ("float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu")},
        "bits": torch.ones(3, dtype=torch.uint8).view(torch.bits8),
        "negated": torch.tensor([1 + 2j]).conj().imag,
        "conjugated": torch.tensor([1 + 2j]).conj(),
        "values": {"counter": Counter("abca"), "complex": 1 + 2j, "set": {1, 2}, "size": torch.Size([3]),
                   "layout": torch.sparse_coo, "dtype": torch.float8_e5m2, "device": torch.device("cuda:1"),
                   "bytes": bytearray(b"abc"), (1, "a"): 2, None: 3, 4: 5, 2.5: 6},
        "storages": [torch.ones(2, dtype=torch.complex64).storage(), torch.ones(2).untyped_storage()],
    }
    for name, value in beside.items():
        torch.save({"model": state, "other": {"x": value}, "loss": torch.tensor(0.5)}, FORMS / f"{name}_beside.pt")
    typed = {k: v for k, v in beside.items() if k not in ("unsigned", "float8", "bits", "half", "storages")}
    torch.save({"model": state, **typed}, FORMS / "beside_legacy.pt", _use_new_zipfile_serialization=False)
    flat = {k: v for k, v in beside["unsigned"].items()} | {"sparse": WEIGHT.to_sparse(), "negated": beside["negated"]}
    torch.save({**state, **flat}, FORMS / "in_the_same_dict.pt")


def wanted():
    """The weight itself is of a kind that is not read as a model's."""
    kinds = {
        "sparse": WEIGHT.to_sparse(), "quantized": torch.quantize_per_tensor(WEIGHT, 0.1, 3, torch.qint8),
        "meta": WEIGHT.to("meta"), "complex": WEIGHT.to(torch.complex64), "float8": WEIGHT.to(torch.float8_e5m2),
        "negated": torch.complex(BIAS, BIAS).conj().imag,
    }
    for name, value in kinds.items():
        torch.save({"weight": value, "bias": BIAS}, WANTED / f"{name}.pt")


def refused():
    weight, bias = plain()
    state = {"model": {"weight": WEIGHT, "bias": BIAS}}
    import argparse
    from collections import defaultdict

    for name, value in {
        "numpy_scalar": numpy.float64(0.25), "numpy_array": numpy.ones(2), "namespace": argparse.Namespace(lr=1),
        "path": pathlib.PurePosixPath("a"), "defaultdict": defaultdict(dict), "module": torch.nn.Linear(2, 2),
        "frozenset": frozenset([1]), "slice": slice(1), "nested": torch.nested.nested_tensor([BIAS, BIAS[:2]]),
    }.items():
        torch.save({**state, "other": value}, REFUSED / f"{name}.pt")
    archive(REFUSED / "xla_from_numpy.pt", b"}(" + text("weight") + call(
        "torch._utils._rebuild_device_tensor_from_numpy", call("numpy.core.multiarray._reconstruct"), named("torch.float32"),
        text("xla:0"), b"\x89") + b"u")
    archive(REFUSED / "early_xla.pt", b"}(" + text("weight") + call(
        "torch._utils._rebuild_xla_tensor", weight, named("torch.float32"), text("xla:0"), b"\x89") + b"u")
    archive(REFUSED / "nested_call.pt", b"}(" + text("weight") + call(
        "torch._tensor._rebuild_from_type_v2", named("os.system"), named("torch.Tensor"), tuple_of(text("id")), b"}") + b"u")


def main():
    FORMS.mkdir(parents=True, exist_ok=True)
    REFUSED.mkdir(parents=True, exist_ok=True)
    WANTED.mkdir(parents=True, exist_ok=True)
    save_file({"weight": WEIGHT, "bias": BIAS}, FORMS / "expected.safetensors")
    forms()
    wanted()
    refused()
    for path in sorted(FORMS.glob("*.pt")):
        read = torch.load(path, weights_only=True, map_location="cpu")
        read = read.get("model", read)
        assert torch.equal(read["weight"], WEIGHT) and torch.equal(read["bias"], BIAS), path
    for path in sorted(REFUSED.glob("*.pt")):
        try:
            torch.load(path, weights_only=True, map_location="cpu")
        except Exception:
            continue
        raise AssertionError(f"{path} was read")


main()
