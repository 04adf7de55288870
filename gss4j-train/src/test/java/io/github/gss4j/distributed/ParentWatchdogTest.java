package io.github.gss4j.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ParentWatchdogTest {
  private static final Map<String, String> ASKED = Map.of("GSS_PARENT", "stdin");

  @Test
  void theEndOfTheInputIsTheEndOfTheParent() throws Exception {
    CountDownLatch alone = new CountDownLatch(1);
    try (PipedInputStream input = new PipedInputStream();
        PipedOutputStream parent = new PipedOutputStream(input)) {
      ParentWatchdog.begin(ASKED, input, alone::countDown);
      parent.write(1); // of no matter
      assertThat(alone.await(50, TimeUnit.MILLISECONDS)).isFalse();
      parent.close();
      assertThat(alone.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void anUnknownWayToWatchIsRefused() {
    assertThatThrownBy(
            () ->
                ParentWatchdog.begin(
                    Map.of("GSS_PARENT", "pid"), InputStream.nullInputStream(), () -> {}))
        .hasMessage("GSS_PARENT is 'pid', expected stdin, or leave it unset");
  }
}
