"""Reads a run's event files with TensorBoard's own reader and says what is in them.

    pip install tensorboard
    gss train … --tensorboard on --out RUN
    python check_tensorboard.py RUN/tensorboard RUN/metrics.jsonl

Ends with an error unless every tag can be read and the losses are those of metrics.jsonl, each
step once and in order.
"""

import json
import struct
import sys

from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator

events, metrics = sys.argv[1:3]
lines = [json.loads(line) for line in open(metrics, encoding="utf-8")]


def float32(number):
    return struct.unpack("<f", struct.pack("<f", float(number)))[0]


accumulator = event_accumulator.EventAccumulator(
    events,
    size_guidance={kind: 0 for kind in ("scalars", "images", "histograms", "tensors")},
)
accumulator.Reload()
tags = accumulator.Tags()
for kind, read in (
    ("scalars", accumulator.Scalars),
    ("histograms", accumulator.Histograms),
    ("images", accumulator.Images),
    ("tensors", accumulator.Tensors),
):
    for tag in tags[kind]:
        steps = [event.step for event in read(tag)]
        assert steps == sorted(set(steps)), f"{tag}: steps {steps} are doubled or out of order"
        print(f"{kind[:-1]:<10} {tag:<28} {len(steps):>6} steps, {steps[0]} to {steps[-1]}")
    assert tags[kind], f"no {kind}"

losses = {line["step"]: line["loss"] for line in lines if "loss" in line}
read = {event.step: event.value for event in accumulator.Scalars("train/loss")}
assert read == {step: float32(loss) for step, loss in losses.items()}, "losses differ"

samples = {line["step"]: line["sample"] for line in lines if "sample" in line}
texts = {e.step: e.tensor_proto.string_val[0].decode() for e in accumulator.Tensors("sample")}
assert set(texts) == set(samples), f"samples at {sorted(texts)}, expected {sorted(samples)}"
for step, text in samples.items():
    for part in text.splitlines():
        assert part in texts[step], f"step {step}: {part!r} is not in the sample"

for tag in tags["images"]:
    for image in accumulator.Images(tag):
        assert image.encoded_image_string.startswith(b"\x89PNG"), f"{tag}: not a PNG"
for tag in tags["histograms"]:
    for event in accumulator.Histograms(tag):
        value = event.histogram_value
        assert abs(sum(value.bucket) - value.num) < 0.5, f"{tag}: {value.num} values, not counted"

# the reader behind the web page
page = plugin_event_accumulator.EventAccumulator(events)
page.Reload()
plugins = {page.SummaryMetadata(tag).plugin_data.plugin_name for tag in page.Tags()["tensors"]}
assert plugins == {"scalars", "histograms", "images", "text"}, plugins
print("TensorBoard reads it all:", len(losses), "losses,", len(samples), "samples")
