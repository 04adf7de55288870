package io.github.gss4j.study;

import io.github.gss4j.fuzz.EveryKindIsRead;

class FuzzTest extends EveryKindIsRead {}
