package io.github.gss4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The {@link Fuzzer} finds what is planted. */
class FuzzerTest {
  private static final int PLANTED_BYTES = 40_000_000;
  private static final long SEED = 1;

  @TempDir private Path kept;

  /** A file of bytes that a reader adds up; one that was changed does harm. */
  abstract static class Planted implements FuzzKind {
    private long sum;

    abstract void harm() throws Exception;

    @Override
    public String name() {
      return getClass().getName();
    }

    @Override
    public List<Path> prepare(Path home) throws IOException {
      return List.of(Files.write(home.resolve("file"), new byte[100]));
    }

    @Override
    public void read(Path target) throws Exception {
      byte[] bytes = Files.readAllBytes(target);
      for (byte b : bytes) {
        sum += b;
      }
      if (bytes.length == 100 && bytes[99] != 0) {
        harm();
      }
    }

    @Override
    public void close() {
      System.out.println(sum); // so that nothing is read in vain
    }

    void keep(ByteBuffer memory) {
      sum += memory.get(memory.capacity() / 2);
    }
  }

  /** Takes heap. */
  public static final class Heap extends Planted {
    @Override
    void harm() {
      keep(ByteBuffer.allocate(PLANTED_BYTES));
    }
  }

  /** Takes heap in many small pieces. */
  public static final class Pieces extends Planted {
    @Override
    void harm() {
      for (int i = 0; i < PLANTED_BYTES; i += 1000) {
        keep(ByteBuffer.allocate(1000));
      }
    }
  }

  /** Takes memory off the heap. */
  public static final class Direct extends Planted {
    @Override
    void harm() {
      keep(ByteBuffer.allocateDirect(PLANTED_BYTES));
    }
  }

  /** Does not end. */
  public static final class Loop extends Planted {
    @Override
    void harm() throws InterruptedException {
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  /** Ends the process. */
  public static final class Death extends Planted {
    @Override
    void harm() {
      Runtime.getRuntime().halt(134);
    }
  }

  /** Throws what nobody expects. */
  public static final class Foreign extends Planted {
    @Override
    void harm() {
      List.of().iterator().next();
    }
  }

  /** Does no harm. */
  public static final class Sound extends Planted {
    @Override
    void harm() {}
  }

  private Fuzzer.Result run(Class<?> kind, long seed, int inputs)
      throws IOException, InterruptedException {
    return new Fuzzer(kept, Duration.ofSeconds(5))
        .run(kind.getName(), seed, inputs, Duration.ofMinutes(2));
  }

  @ParameterizedTest
  @CsvSource({
    "Heap, bytes allocated on the heap",
    "Pieces, bytes allocated on the heap",
    "Direct, bytes allocated on the heap",
    "Loop, takes longer than 5 s",
    "Death, ends the process with 134",
    "Foreign, NoSuchElementException",
  })
  void whatIsPlantedIsFoundAndKept(String harm, String said) throws Exception {
    Class<?> kind = Class.forName(FuzzerTest.class.getName() + "$" + harm);
    Fuzzer.Result result = run(kind, SEED, 150);
    assertThat(result.failures()).as("%s", result).isNotEmpty().allMatch(f -> f.contains(said));
    long seed = Long.parseLong(result.failures().get(0).split(" ", -1)[0]);
    assertThat(kept.resolve(kind.getName() + "-" + seed)).isDirectory();
    assertThat(run(kind, seed, 1).failures()).as("again").hasSize(1);
  }

  @Test
  void aSoundReaderDoesNotFail() throws IOException, InterruptedException {
    Fuzzer.Result result = run(Sound.class, SEED, 2000);
    assertThat(result.failures()).as("%s", result).isEmpty();
    assertThat(result.inputs()).isEqualTo(2000);
  }
}
