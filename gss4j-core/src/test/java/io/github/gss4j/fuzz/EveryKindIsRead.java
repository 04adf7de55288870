package io.github.gss4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A bounded run of the {@link Fuzzer} over the kinds of a module: its tests extend this. */
public abstract class EveryKindIsRead {
  private static final long INPUTS = 500;
  private static final Duration MOST = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(60); // the machine may be busy

  @TempDir private Path kept;

  static Stream<String> kinds() {
    return Fuzzer.kinds().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void spoiltFilesAreReadOrRefused(String kind) throws IOException, InterruptedException {
    Fuzzer.Result result = new Fuzzer(kept, PATIENCE).run(kind, System.nanoTime(), INPUTS, MOST);
    assertThat(result.failures()).as("%s", result).isEmpty();
    assertThat(result.inputs()).as("%s", result).isPositive();
  }
}
