package io.github.gss4j.tokenizer;

import io.github.gss4j.fuzz.EveryKindIsRead;

class FuzzTest extends EveryKindIsRead {}
