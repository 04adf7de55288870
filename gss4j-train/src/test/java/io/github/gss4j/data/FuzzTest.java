package io.github.gss4j.data;

import io.github.gss4j.fuzz.EveryKindIsRead;

class FuzzTest extends EveryKindIsRead {}
