package io.github.gss4j.optim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Role;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.optim.OptimizerConfig.Kind;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A checkpoint of one optimizer under another. */
class OptimizerRestoreTest {
  private static final OptimizerConfig CONFIG =
      OptimizerConfig.DEFAULT.withLr(0.01).withWeightDecay(0, false);

  private static List<Parameter> parameters() {
    double[] values = {1, -2, 3, -4, 5, -6};
    return List.of(
        new Parameter("layers.0.a", Role.MATRIX, Autograd.require(Tensors.of(values, 2, 3))),
        new Parameter(
            "token_emb.weight", Role.EMBEDDING, Autograd.require(Tensors.of(values, 3, 2))));
  }

  private static Optimizer optimizer(List<Parameter> parameters, Kind kind) {
    return CONFIG.withKind(kind).optimizer(ShardingStrategy.alone(parameters), p -> CONFIG.lr());
  }

  private static void step(List<Parameter> parameters, Optimizer optimizer) {
    parameters.forEach(p -> p.value().mul(p.value()).sum().backward());
    optimizer.step(CONFIG.lr());
  }

  /** What both keep goes on; of what it does not, a line tells, and its steps are counted anew. */
  @Test
  void momentsThatACheckpointLacksBeginAtZeroAndALineSaysHowMany() {
    Logger log = (Logger) LoggerFactory.getLogger(Optimizer.class);
    ListAppender<ILoggingEvent> heard = new ListAppender<>();
    heard.start();
    log.addAppender(heard);
    List<Parameter> parameters = parameters();
    try (PointerScope scope = new PointerScope();
        Optimizer before = optimizer(parameters, Kind.ADAMW);
        Optimizer same = optimizer(parameters, Kind.ADAM);
        Optimizer other = optimizer(parameters, Kind.MUON)) {
      step(parameters, before);
      step(parameters, before);
      Map<String, Tensor> kept = before.state();
      same.restore(2, kept.keySet(), kept::get);
      assertThat(heard.list).isEmpty();
      other.restore(2, kept.keySet(), kept::get);
      assertThat(heard.list)
          .singleElement()
          .extracting(ILoggingEvent::getFormattedMessage)
          .asString()
          .contains("no moments of 1 of 2 parameters", "begin at zero");
      Map<String, Tensor> then = other.state();
      assertThat(Tensors.toDoubles(then.get("exp_avg.token_emb.weight")))
          .isEqualTo(Tensors.toDoubles(kept.get("exp_avg.token_emb.weight")));
      assertThat(Tensors.toDoubles(then.get("momentum_buffer.layers.0.a"))).containsOnly(0);
      assertThat(Tensors.toLongs(then.get(Optimizer.TRAINED_SINCE + "layers.0.a")))
          .containsExactly(2);
    } finally {
      log.detachAppender(heard);
    }
  }
}
