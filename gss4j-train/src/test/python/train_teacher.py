#!/usr/bin/env python3
"""Trains a small GPT-2 with Hugging Face transformers on a text, and lays the text out as C4 is.

usage: train_teacher.py TEXT OUT [--tokens bytes|N] [--dim D] [--depth N] [--heads N] [--seq-len L]
                        [--batch B] [--steps S] [--lr X] [--seed S] [--threads N]

TEXT is a file of plain text. OUT then holds
  model/             the teacher: config.json, model.safetensors; tokenizer.json unless its tokens are bytes
  corpus/c4-train.0000N-of-00004.json.gz, c4-validation.00000-of-00001.json.gz
                     one document a line: {"text": …, "timestamp": …, "url": …}
  corpus/train.txt, corpus/validation.txt
                     the same documents as plain text
Every tenth document is kept for validation and is not trained on. Tokens are bytes by default, as gss4j's own
tokenizer 'bytes' has them; with a number, a byte-level BPE of that many is made from the text.
needs: pip install torch transformers safetensors tokenizers"""

import argparse
import gzip
import json
import math
import pathlib
import re
import time

import torch
from transformers import GPT2Config, GPT2LMHeadModel

DOCUMENT = 2000  # characters, about
SHARDS = 4
END = "<|endoftext|>"


def documents(text):
    """Paragraphs, joined up to about the length of a web page."""
    found, part = [], ""
    for paragraph in re.split(r"\n\s*\n", text):
        part = f"{part}\n\n{paragraph.strip()}" if part else paragraph.strip()
        if len(part) >= DOCUMENT:
            found.append(part)
            part = ""
    return found + [part] if part else found


def write_shards(corpus, name, docs, shards):
    for shard in range(shards):
        with gzip.open(corpus / f"c4-{name}.{shard:05d}-of-{shards:05d}.json.gz", "wt", encoding="utf-8") as out:
            for number in range(shard, len(docs), shards):
                line = {"text": docs[number], "timestamp": "2019-04-25T12:57:54Z", "url": f"file:{name}/{number}"}
                out.write(json.dumps(line) + "\n")
    (corpus / f"{name}.txt").write_text("\n\n".join(docs) + "\n", encoding="utf-8")


def tokenizer(docs, size):
    """Gives encode(text) -> ids, the number of tokens, the end token, and how to save it."""
    if size == "bytes":
        return lambda text: list(text.encode()), 256, 10, lambda directory: None
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=int(size), special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False)
    bpe.train_from_iterator(docs, trainer)
    save = lambda directory: bpe.save(str(directory / "tokenizer.json"))
    return lambda text: bpe.encode(text).ids, bpe.get_vocab_size(), bpe.token_to_id(END), save


def stream(docs, encode, end):
    ids = []
    for doc in docs:
        ids += encode(doc) + [end]
    return torch.tensor(ids)


def loss_of(model, batch):
    return model(batch, labels=batch).loss


@torch.no_grad()
def held_out(model, ids, length):
    model.eval()
    rows = ids[: len(ids) // length * length].view(-1, length)[:64]
    loss = loss_of(model, rows).item()
    model.train()
    return loss


def train(model, ids, valid, o):
    optimizer = torch.optim.AdamW(model.parameters(), lr=o.lr, betas=(0.9, 0.98), weight_decay=0.05)
    model.train()
    start = time.time()
    for step in range(1, o.steps + 1):
        rate = o.lr * min(step / 50, 0.5 * (1 + math.cos(math.pi * step / o.steps)) + 0.02)
        for group in optimizer.param_groups:
            group["lr"] = rate
        at = torch.randint(0, len(ids) - o.seq_len, (o.batch,))
        loss = loss_of(model, torch.stack([ids[i : i + o.seq_len] for i in at]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 50 == 0 or step == o.steps:
            print(f"step {step}  loss {loss.item():.4f}  held out {held_out(model, valid, o.seq_len):.4f}"
                  f"  {time.time() - start:.0f} s", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("text", type=pathlib.Path)
    p.add_argument("out", type=pathlib.Path)
    p.add_argument("--tokens", default="bytes")
    p.add_argument("--dim", type=int, default=128)
    p.add_argument("--depth", type=int, default=4)
    p.add_argument("--heads", type=int, default=4)
    p.add_argument("--seq-len", type=int, default=128)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--steps", type=int, default=600)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=0)
    o = p.parse_args()
    if o.threads:
        torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)

    docs = documents(o.text.read_text(encoding="utf-8"))
    held = docs[9::10]
    docs = [doc for number, doc in enumerate(docs) if number % 10 != 9]
    corpus, directory = o.out / "corpus", o.out / "model"
    corpus.mkdir(parents=True, exist_ok=True)
    directory.mkdir(parents=True, exist_ok=True)
    write_shards(corpus, "train", docs, SHARDS)
    write_shards(corpus, "validation", held, 1)

    encode, size, end, save = tokenizer(docs, o.tokens)
    ids, valid = stream(docs, encode, end), stream(held, encode, end)
    model = GPT2LMHeadModel(GPT2Config(
        vocab_size=size, n_positions=o.seq_len, n_embd=o.dim, n_layer=o.depth, n_head=o.heads,
        resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=end, eos_token_id=end))
    print(f"{len(docs)} documents, {len(ids)} tokens of {size}, {len(valid)} held out; "
          f"{model.num_parameters()} parameters")
    train(model, ids, valid, o)
    model.save_pretrained(directory)
    save(directory)


if __name__ == "__main__":
    main()
