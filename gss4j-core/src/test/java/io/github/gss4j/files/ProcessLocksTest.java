package io.github.gss4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks, and file systems that have none. */
class ProcessLocksTest {
  @TempDir Path directory;

  private FileChannel open() throws IOException {
    return FileChannel.open(
        directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  @Test
  void aLockIsTakenOnceUntilItsChannelIsClosed() throws IOException {
    Path file = directory.resolve("lock");
    try (FileChannel first = open();
        FileChannel second = open()) {
      assertThat(ProcessLocks.take(first, file)).isTrue();
      assertThat(ProcessLocks.take(second, file)).isFalse();
    }
    FileChannel closed;
    try (FileChannel third = open()) {
      assertThat(ProcessLocks.take(third, file)).isTrue();
      closed = third;
    }
    assertThatThrownBy(() -> ProcessLocks.take(closed, file))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void whereTheFileSystemHasNoLocksTheCallerContinues() throws IOException {
    for (String reason : new String[] {"No locks available", "Function not implemented"}) {
      ProcessLocks.Taking without =
          () -> {
            throw new IOException(reason);
          };
      assertThat(ProcessLocks.take(without, directory.resolve("lock"))).as(reason).isTrue();
    }
  }
}
