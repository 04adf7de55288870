package io.github.gss4j.run;

import static io.github.gss4j.run.ClassifierFixture.SILENT;
import static io.github.gss4j.run.ClassifierFixture.config;
import static io.github.gss4j.run.ClassifierFixture.settings;
import static io.github.gss4j.run.ClassifierFixture.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.run.ClassifierFixture.SameEnds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What may be another when a classifier's run continues, and what may not. */
class ClassifierResumeTest {
  @TempDir Path directory;
  private Path run;

  private static ObjectNode tiny() {
    return settings().put("num_tokens", 5).put("steps", 6).put("batch", 4).put("eval_every", 6);
  }

  @BeforeEach
  void stopAfterAStep() throws IOException {
    run = directory.resolve("run");
    ClassifierRun.start(config(tiny()), task(), run).run(SILENT, () -> true);
  }

  private void resume(ObjectNode settings, LabelledData data) throws IOException {
    ClassifierRun.resume(config(settings), data, run).run(SILENT, () -> false);
  }

  private void refused(ObjectNode settings, String... words) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> resume(settings, task()))
        .withMessageContainingAll(words);
  }

  @Test
  void whatIsNotKnownYetIsNullInTheResult() throws IOException {
    JsonNode result = new ObjectMapper().readTree(run.resolve("result.json").toFile());
    assertThat(result.get("test_accuracy").isNull()).isTrue();
    assertThat(result.get("validation_accuracy").isNull()).isTrue();
    assertThat(result.get("majority").isNull()).isTrue();
    assertThat(result.get("finished").asBoolean()).isFalse();
  }

  @Test
  void anotherObjectiveOrStartBelongsToANewRun() throws IOException {
    refused(
        tiny().put("objective", "masked"),
        "objective is \"masked\", expected \"label\" as in",
        "begin a new run");
    refused(tiny().put("start_from", "elsewhere"), "start_from is \"elsewhere\", expected unset");
    resume(tiny(), task());
  }

  @Test
  void aRunKeepsItsModel() throws IOException {
    refused(tiny().put("depth", 1), "depth is 1, expected 2 as in", "a run keeps its model");
    refused(tiny().put("pooling", "max"), "pooling is \"max\", expected \"mean\"");
    refused(tiny().put("dss_kernel_lambda_imag_exp", false), "dss_kernel_lambda_imag_exp is false");
    resume(tiny().put("lr", 1e-3).put("optimizer", "muon"), task());
  }

  @Test
  void sequencesThatCameOrWentAreToldOf() throws IOException {
    Logger log = (Logger) LoggerFactory.getLogger("io.github.gss4j.run");
    ListAppender<ILoggingEvent> heard = new ListAppender<>();
    heard.start();
    log.addAppender(heard);
    try {
      resume(tiny(), task());
      assertThat(messages(heard)).noneMatch(line -> line.contains("other data"));
      LabelledData more =
          new LabelledData(new SameEnds(402, 1), new SameEnds(64, 2), new SameEnds(64, 3), 0);
      resume(tiny().put("steps", 7), more);
      assertThat(messages(heard))
          .filteredOn(line -> line.contains("resuming with other data than before"))
          .hasSize(1);
    } finally {
      log.detachAppender(heard);
    }
  }

  private static List<String> messages(ListAppender<ILoggingEvent> heard) {
    return new ArrayList<>(heard.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
