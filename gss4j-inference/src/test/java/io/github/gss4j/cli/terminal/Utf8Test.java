package io.github.gss4j.cli.terminal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class Utf8Test {
  @Test
  void lettersThatTheLocaleHasNotAreAnError() {
    String[] lost = {"generate", "--prompt", "\ufffd\ufffd"};
    assertThatThrownBy(() -> Utf8.check("ANSI_X3.4-1968", lost))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("ANSI_X3.4-1968", "LC_ALL=C.UTF-8");
    Utf8.check("UTF-8", lost);
    Utf8.check("ANSI_X3.4-1968", new String[] {"generate", "--prompt", "a?"});
  }
}
