package io.github.gss4j.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A teacher's likeliest tokens on disk. */
class TeacherCacheTest {
  private static final int K = 4;

  @TempDir Path directory;

  private final Fixed teacher = new Fixed("teacher", 3);

  private double learn(Teacher from, long... seeds) {
    try (TopKTargets top = TopKTargets.open(from, 1, K, directory);
        PointerScope scope = new PointerScope()) {
      double sum = 0;
      for (long seed : seeds) {
        Tensor student = Fixed.logits(9, 10).log_softmax(1);
        sum += Tensors.value(top.targets(Fixed.ids(seed, 2, 5)).divergence(student, 0));
      }
      return sum;
    }
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found = files.toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }

  @Test
  void theTeacherIsAskedOnceAndSaysTheSameToTheBit() throws IOException {
    double first = learn(teacher, 1, 2, 1);
    assertThat(teacher.readings).isEqualTo(2);
    byte[] bytes = Files.readAllBytes(file());
    assertThat(learn(teacher, 1, 2, 1)).isEqualTo(first);
    assertThat(teacher.readings).isEqualTo(2);
    assertThat(Files.readAllBytes(file())).isEqualTo(bytes);
  }

  @Test
  void anotherTeacherTemperatureOrCountHasAFileOfItsOwn() throws IOException {
    learn(teacher, 1);
    double other = learn(new Fixed("other", 4), 1);
    assertThat(other).isNotEqualTo(learn(teacher, 1));
    TopKTargets.open(teacher, 2, K, directory).close();
    TopKTargets.open(teacher, 1, K + 1, directory).close();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).hasSize(4);
    }
  }

  @Test
  void whatAKillLeftHalfWrittenIsAskedAgain() throws IOException {
    double whole = learn(teacher, 1, 2);
    byte[] bytes = Files.readAllBytes(file());
    for (int cut : new int[] {1, 40, 44, 60, 200, 300, 500, bytes.length - 3}) {
      Files.write(file(), Arrays.copyOf(bytes, bytes.length - cut));
      assertThat(learn(teacher, 1, 2)).as("%d bytes fewer", cut).isEqualTo(whole);
      assertThat(Files.readAllBytes(file())).isEqualTo(bytes);
    }
  }

  @Test
  void aShortFileOfAnotherKindIsLeftAsItIs() throws IOException {
    learn(teacher, 1);
    Path file = Files.writeString(file(), "my notes");
    assertThatThrownBy(() -> learn(teacher, 1))
        .isInstanceOf(TeacherCacheException.class)
        .hasMessage(file + ": is not a cache of a teacher: move it away");
    assertThat(file).hasContent("my notes");
  }

  @Test
  void anyByteThatChangedIsAnErrorInOneLineThatNamesTheFile() throws IOException {
    learn(teacher, 1, 2);
    Path file = file();
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < bytes.length; i += 5) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 0x10;
      Files.write(file, damaged);
      assertThatThrownBy(() -> learn(teacher, 1, 2))
          .as("byte %d", i)
          .isInstanceOf(TeacherCacheException.class)
          .hasMessageStartingWith(file + ": ")
          .hasMessageContaining("damaged; delete it")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void twoRunsDoNotShareAFile() {
    try (TopKTargets first = TopKTargets.open(teacher, 1, K, directory)) {
      assertThat(first.temperature()).isEqualTo(1);
      assertThatThrownBy(() -> TopKTargets.open(teacher, 1, K, directory))
          .isInstanceOf(TeacherCacheException.class)
          .hasMessageContaining("another run is using it");
    }
  }
}
