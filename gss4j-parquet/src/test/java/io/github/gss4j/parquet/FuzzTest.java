package io.github.gss4j.parquet;

import io.github.gss4j.fuzz.EveryKindIsRead;

class FuzzTest extends EveryKindIsRead {}
