package io.github.gss4j.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import me.tongfei.progressbar.ProgressBarConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
  @ParameterizedTest
  @CsvSource({"120, 120", "1, 80", "0, 80", "-5, 80", "wide, 80", ", 80"})
  void widthsThatMakeNoSenseAreEightyColumns(String width, int columns) {
    assertThat(Terminal.columns(width)).isEqualTo(columns);
  }

  @Test
  void aBarFillsALine() {
    ProgressBarConsumer bar = Terminal.bar();
    assertThat(bar.getMaxRenderedLength())
        .isEqualTo(Terminal.columns(System.getenv("GSS_TERMINAL")) - 1);
  }
}
