package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.Interrupt;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class GssTest {
  @Test
  void whoAsksForAnotherCommandIsToldWhereItIs() {
    String[] words = {"train", "--data", "."};
    StringWriter err = new StringWriter();
    CommandLine line = Gss.commandLine(new Interrupt(), words).setErr(new PrintWriter(err));
    assertThat(line.execute(words)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .startsWith("gss: ")
        .contains("'train'", "the full distribution has the others")
        .doesNotContain("did you mean");
  }
}
