"""Writes the PyTorch files that the tests read: python make_pt_fixtures.py DIRECTORY

Each sound NAME.pt has a NAME.safetensors beside it with the same tensors, made contiguous.
The files under hostile/ are to be refused; their pickles are written by hand.
Needs torch and safetensors.
"""

import io
import pathlib
import struct
import sys
import zipfile
from collections import OrderedDict

import torch
from safetensors.torch import save_file


def random(*shape, dtype=torch.float32):
    return torch.randn(*shape, generator=GENERATOR, dtype=torch.float64).to(dtype)


def sound(name, tensors, saved=None, **options):
    torch.save(tensors if saved is None else saved, OUT / f"{name}.pt", **options)
    copies = {k: v.detach().clone(memory_format=torch.contiguous_format) for k, v in tensors.items()}
    save_file(copies, OUT / f"{name}.safetensors")


def every_dtype():
    integers = [torch.int64, torch.int32, torch.int16, torch.int8]
    tensors = OrderedDict()
    for dtype in [torch.float64, torch.float32, torch.float16, torch.bfloat16]:
        tensors[str(dtype).split(".")[1]] = random(3, 5, dtype=dtype)
    for dtype in integers:
        tensors[str(dtype).split(".")[1]] = torch.tensor([[-1, 0], [1, torch.iinfo(dtype).min]], dtype=dtype)
    tensors["uint8"] = torch.tensor([0, 127, 255], dtype=torch.uint8)
    tensors["bool"] = torch.tensor([True, False, True])
    return tensors


def views():
    base = random(6, 8)
    return OrderedDict(
        base=base,
        tied=base,
        transposed=base.t(),
        row=base[2],
        column=base[:, 3],
        block=base[1:5, 2:7],
        every_second=base[::2, 1::3],
        permuted=random(2, 3, 4).permute(2, 0, 1),
        single=base[5:6, 7:8],
        scalar=torch.tensor(2.5),
        scalar_view=base[4, 4],
        empty=torch.empty(0, 4),
        empty_view=base[3:3],
    )


def parameters():
    plain = torch.nn.Parameter(random(2, 3))
    marked = torch.nn.Parameter(random(4))
    marked.note = "no weight decay"
    tensor = random(3)
    tensor.note = "attribute"
    return OrderedDict(plain=plain, marked=marked, tensor=tensor, buffer=torch.nn.Buffer(random(2)))


def training_state():
    layer = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(layer.parameters())
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    state = OrderedDict((k, v.detach()) for k, v in layer.state_dict().items())
    state["version"] = 2
    state["inner"] = {"weight": random(2), "name": "x"}
    saved = {
        "epoch": 3,
        "loss": 0.25,
        "large": 2**70,
        "best": None,
        "done": False,
        "seen": {1, 2},
        "bytes": b"abc",
        "size": torch.Size([2, 3]),
        "dtype": torch.float32,
        "device": torch.device("cpu"),
        "storage": torch.ones(2).untyped_storage(),
        "list": [1, "two", (3, 4)],
        "state_dict": state,
        "optimizer": optimizer.state_dict(),
    }
    tensors = {"weight": state["weight"], "bias": state["bias"], "inner.weight": state["inner"]["weight"]}
    return tensors, saved


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value):
    return b"\x8a\x08" + struct.pack("<q", value)


def numbers(values):
    return b"(" + b"".join(map(number, values)) + b"t"


def tensor(shape, strides, offset=0, elements=4, storage="0", kind="FloatStorage"):
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n(("
        + text("storage") + b"ctorch\n" + kind.encode() + b"\n" + text(storage) + text("cpu")
        + number(elements) + b"tQ" + number(offset) + numbers(shape) + numbers(strides)
        + b"\x89ccollections\nOrderedDict\n)RtR"
    )


def state_dict(**tensors):
    return b"\x80\x02}(" + b"".join(text(k) + v for k, v in tensors.items()) + b"u."


def archive(name, pickle, entries=None, compression=zipfile.ZIP_STORED, overlapping=False):
    with zipfile.ZipFile(OUT / "hostile" / f"{name}.pt", "w", compression) as out:
        def add(entry, data, attributes=0):
            info = zipfile.ZipInfo(f"archive/{entry}", (2000, 1, 1, 0, 0, 0))
            info.compress_type = compression if entry.startswith("data/") else zipfile.ZIP_STORED
            info.external_attr = attributes
            out.writestr(info, data)

        add("data.pkl", pickle)
        for entry, (data, attributes) in (entries or {"data/0": (bytes(16), 0)}).items():
            add(entry, data, attributes)
        add("version", b"3\n")
        if overlapping:
            out.getinfo("archive/data/1").header_offset = out.getinfo("archive/data/0").header_offset


def hostile():
    (OUT / "hostile").mkdir(exist_ok=True)
    system = b"\x80\x02cos\nsystem\n" + text("echo pwned") + b"\x85R."
    archive("os_system", system)
    archive("os_system_protocol_4", b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.")
    archive("eval", b"\x80\x02c__builtin__\neval\n" + text("1+1") + b"\x85R.")
    archive("instance_of_class", b"\x80\x02(ios\nsystem\n.")
    (OUT / "hostile/bare_pickle.pt").write_bytes(system)
    archive("zip_bomb", state_dict(w=tensor([1 << 23], [1], elements=1 << 23)),
            {"data/0": (bytes(1 << 25), 0)}, zipfile.ZIP_DEFLATED)
    archive("beyond_storage", state_dict(w=tensor([4], [1], offset=1)))
    archive("beyond_storage_by_strides", state_dict(w=tensor([2, 2], [1 << 62, 1 << 62])))
    archive("storage_shorter_than_claimed", state_dict(w=tensor([5], [1], elements=5)))
    archive("storage_of_huge_claim", state_dict(w=tensor([1], [1], elements=1 << 62)))
    archive("storage_of_negative_claim", state_dict(w=tensor([1], [1], elements=-4)))
    archive("negative_offset", state_dict(w=tensor([1], [1], offset=-1)))
    archive("negative_shape", state_dict(w=tensor([-2], [1])))
    archive("negative_stride", state_dict(w=tensor([2], [-1], offset=1)))
    archive("too_few_strides", state_dict(w=tensor([2, 2], [1])))
    archive("overlapping_elements", state_dict(w=tensor([1 << 40], [0])))
    archive("shape_overflow", state_dict(w=tensor([1 << 32, 1 << 32], [1, 1])))
    archive("many_dimensions", state_dict(w=tensor([1] * 65, [1] * 65)))
    archive("wrong_dtype", state_dict(w=tensor([1], [1], kind="ComplexFloatStorage")))
    torch.save({"w": torch.zeros(2, dtype=torch.uint16)}, OUT / "hostile/wrong_dtype_of_late_pytorch.pt")
    archive("overlapping_entries",
            state_dict(w=tensor([4], [1]), v=tensor([4], [1], storage="1")),
            {"data/0": (bytes(16), 0), "data/1": (bytes(16), 0)}, overlapping=True)
    archive("parent_directory", state_dict(w=tensor([4], [1], storage="../../../etc/passwd")))
    archive("symbolic_link", state_dict(w=tensor([4], [1])),
            {"data/0": (b"/etc/passwd", 0o120777 << 16)})
    archive("big_endian", state_dict(w=tensor([4], [1])),
            {"data/0": (bytes(16), 0), "byteorder": (b"big", 0)})
    archive("several_dicts", state_dict(
        encoder=b"}" + text("w") + tensor([4], [1]) + b"s",
        decoder=b"}" + text("w") + tensor([4], [1]) + b"s"))
    archive("no_tensors", b"\x80\x02}" + text("step") + b"K\x07s.")
    archive("a_list", b"\x80\x02]" + tensor([4], [1]) + b"a.")
    archive("circle", b"\x80\x02}q\x00" + text("model") + b"h\x00s.")
    archive("deep", b"\x80\x02" + (b"}" + text("a")) * 5000 + tensor([4], [1]) + b"s" * 5000 + b".")
    archive("doubling", b"\x80\x02}" + text("w") + tensor([4], [1]) + b"sq\x00" + b"".join(
        b"0}" + text("w") + tensor([4], [1]) + b"s" + text("a") + b"h" + bytes([i]) + b"s"
        + text("b") + b"h" + bytes([i]) + b"sq" + bytes([i + 1]) for i in range(60)) + b".")
    archive("repeated_storage", state_dict(**{f"w{i}": tensor([4], [1]) for i in range(100)}))
    archive("long_names", b"\x80\x02}" + text("n" * 10000) + b"}(" + text("w") + tensor([4], [1])
            + b"".join(b"M" + struct.pack("<H", i) + b"N" for i in range(7000))
            + b"us" + b".")
    archive("huge_text", b"\x80\x04\x8d" + struct.pack("<Q", 1 << 62) + b"a.")
    archive("huge_bytes", b"\x80\x04\x8e" + struct.pack("<Q", (1 << 31) - 1) + b"a.")
    archive("huge_integer", b"\x80\x02\x8b\xff\xff\xff\x7f.")
    archive("line_break", state_dict(**{"w\nSECOND LINE\r\x1b[31m": tensor([-1], [1])}))


def rewritten():
    """Files of torch.save, packed again by an ordinary zip program."""
    data = io.BytesIO()
    torch.save({"w": torch.zeros(1000)}, data)
    for name, compression in [("restored", zipfile.ZIP_STORED), ("hostile/deflated", zipfile.ZIP_DEFLATED)]:
        with zipfile.ZipFile(data) as source, zipfile.ZipFile(OUT / f"{name}.pt", "w", compression) as out:
            for entry in source.namelist():
                out.writestr(zipfile.ZipInfo(entry, (2000, 1, 1, 0, 0, 0)), source.read(entry), compression)
    save_file({"w": torch.zeros(1000)}, OUT / "restored.safetensors")


def zip64():
    """An archive all of whose sizes and offsets stand in zip64 fields."""
    data = io.BytesIO()
    tensors = {"a": random(3, 4), "b": random(5)}
    torch.save(tensors, data)
    limit, zipfile.ZIP64_LIMIT = zipfile.ZIP64_LIMIT, 0
    with zipfile.ZipFile(data) as source, zipfile.ZipFile(OUT / "zip64.pt", "w") as out:
        for entry in source.namelist():
            out.writestr(zipfile.ZipInfo(entry, (2000, 1, 1, 0, 0, 0)), source.read(entry))
    zipfile.ZIP64_LIMIT = limit
    save_file(tensors, OUT / "zip64.safetensors")


def pretrained():
    """What PyTorch finds in the reference model."""
    model = OUT.parent / "reference/pretrained_form/model.pt"
    save_file(torch.load(model, weights_only=True), OUT / "pretrained_form.safetensors")


OUT = pathlib.Path(sys.argv[1])
GENERATOR = torch.manual_seed(20)
hostile()
rewritten()
zip64()
pretrained()
sound("dtypes", every_dtype())
sound("dtypes_legacy", every_dtype(), _use_new_zipfile_serialization=False)
sound("views", views())
sound("views_legacy", views(), _use_new_zipfile_serialization=False)
sound("parameters", parameters())
for protocol in [3, 4, 5]:
    sound(f"protocol_{protocol}", *training_state(), pickle_protocol=protocol)
sound("training_state", *training_state())
sound("training_state_legacy", *training_state(), _use_new_zipfile_serialization=False)
