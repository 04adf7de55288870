package io.github.gss4j.tokenizer.json;

import io.github.gss4j.fuzz.EveryKindIsRead;

class FuzzTest extends EveryKindIsRead {}
