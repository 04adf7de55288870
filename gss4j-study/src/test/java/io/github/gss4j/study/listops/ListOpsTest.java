package io.github.gss4j.study.listops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.data.DataException;
import io.github.gss4j.study.listops.Expression.Digit;
import io.github.gss4j.study.listops.Expression.Operation;
import io.github.gss4j.study.listops.Expression.Operator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListOpsTest {
  @TempDir Path directory;

  private static Expression of(Operator operator, int... digits) {
    return new Operation(
        operator, Arrays.stream(digits).mapToObj(d -> (Expression) new Digit(d)).toList());
  }

  @Test
  void operatorsAreThoseOfTheArena() {
    assertThat(of(Operator.MIN, 4, 2, 9).value()).isEqualTo(2);
    assertThat(of(Operator.MAX, 4, 2, 9).value()).isEqualTo(9);
    assertThat(of(Operator.MED, 9, 2, 4).value()).isEqualTo(4);
    assertThat(of(Operator.MED, 1, 2, 3, 8).value()).as("2.5 is rounded down").isEqualTo(2);
    assertThat(of(Operator.SM, 4, 2, 9).value()).isEqualTo(5);
    Expression nested =
        new Operation(Operator.MAX, List.of(new Digit(2), of(Operator.SM, 5, 6), new Digit(0)));
    assertThat(nested.value()).isEqualTo(2);
    assertThat(nested.length()).isEqualTo(8);
  }

  /** As the arena's generator prints its nested pairs. */
  @Test
  void textHasTheArenasParentheses() {
    assertThat(of(Operator.MAX, 4, 3).text()).isEqualTo("( ( ( [MAX 4 ) 3 ) ] )");
  }

  @Test
  void whatIsWrittenIsReadAgainAndOfTheLengthAsked() {
    new ListOpsGenerator(6, 5, 20, 80, 3).write(directory, 300, 40, i -> {});
    ListOps train = ListOps.read(directory, ListOps.Part.TRAIN);
    assertThat(train.examples()).hasSize(300);
    assertThat(ListOps.read(directory, ListOps.Part.VAL).examples()).hasSize(40);
    assertThat(ListOps.read(directory, ListOps.Part.TEST).examples()).hasSize(40);
    for (ListOps.Example example : train.examples()) {
      assertThat(example.ids().length).isBetween(21, 79);
      assertThat(value(example.ids(), new int[] {0})).isEqualTo(example.value());
    }
    assertThat(IntStream.range(0, 10))
        .allSatisfy(
            v -> assertThat(train.examples()).anySatisfy(e -> assertThat(e.value()).isEqualTo(v)));
  }

  /** Another reading of the tokens, from left to right. */
  private static int value(byte[] ids, int[] at) {
    int id = ids[at[0]++];
    if (id < 10) {
      return id;
    }
    IntStream.Builder values = IntStream.builder();
    while (ids[at[0]] != 14) {
      values.add(value(ids, at));
    }
    at[0]++;
    return List.of(Operator.MIN, Operator.MAX, Operator.MED, Operator.SM)
        .get(id - 10)
        .apply(values.build().toArray());
  }

  @Test
  void theSameSeedGivesTheSameExpressions() {
    Expression one = Expression.sample(1, 10, 10, new SplittableRandom(5));
    assertThat(Expression.sample(1, 10, 10, new SplittableRandom(5)).text()).isEqualTo(one.text());
  }

  @Test
  void noLineIsTakenForAHeaderThatIsNone() throws IOException {
    Path file = directory.resolve("basic_train.tsv");
    for (String header : List.of("", "Source\tTarget\n", "\ufeffSource\tTarget\r\n")) {
      Files.writeString(file, header + "[MIN 1 2 ]\t1\n[MAX 1 2 ]\t2\n");
      assertThat(ListOps.read(directory, ListOps.Part.TRAIN).examples())
          .extracting(ListOps.Example::value)
          .containsExactly(1, 2);
    }
    Files.write(file, new byte[] {'[', 'M', 'I', 'N', (byte) 0xff, '\n'});
    assertThatThrownBy(() -> ListOps.read(directory, ListOps.Part.TRAIN))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is not UTF-8");
  }

  @Test
  void whatCannotBeIsRefused() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ListOpsGenerator(10, 1, 500, 2000, 0))
        .withMessageContaining("max-args is 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ListOpsGenerator(10, 10, 500, 501, 0))
        .withMessageContaining("max-length is 501");
    Files.writeString(directory.resolve("basic_train.tsv"), "Source\tTarget\n[MIN 1 [FOO 2 ]\t1\n");
    assertThatThrownBy(() -> ListOps.read(directory, ListOps.Part.TRAIN))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("token '[FOO'");
    Files.writeString(directory.resolve("basic_train.tsv"), "Source\tTarget\n[MIN 1 2 ]\n");
    assertThatThrownBy(() -> ListOps.read(directory, ListOps.Part.TRAIN))
        .hasMessageContaining("SOURCE<tab>DIGIT");
    assertThatThrownBy(() -> ListOps.read(directory, ListOps.Part.VAL))
        .hasMessageContaining("no such file");
  }
}
