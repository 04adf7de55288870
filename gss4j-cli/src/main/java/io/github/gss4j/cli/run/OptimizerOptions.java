package io.github.gss4j.cli.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.optim.Decay;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/** The optimizer of a training, of a language model or of a classifier, and its schedule. */
public final class OptimizerOptions {
  @Option(names = "--optimizer", paramLabel = "KIND", description = "adam, adamw or muon")
  String optimizer;

  @Option(names = "--warmup", paramLabel = "STEPS", description = "steps of warm-up learning rate")
  Long warmup;

  @Option(
      names = "--schedule",
      paramLabel = "KIND",
      description = "learning rate after warm-up: cosine, linear, constant or restarts")
  String schedule;

  @Option(
      names = "--final-lr",
      paramLabel = "SHARE",
      description = "lowest learning rate as a share of --lr")
  Double finalLr;

  @Option(
      names = "--restart-every",
      paramLabel = "STEPS",
      description = "the first cycle of --schedule restarts")
  Long restartEvery;

  @Option(
      names = "--restart-growth",
      paramLabel = "N",
      description = "times each cycle is longer than the one before")
  Integer restartGrowth;

  @Option(names = "--beta1", description = "Adam's first decay")
  Double beta1;

  @Option(names = "--beta2", description = "Adam's second decay")
  Double beta2;

  @Option(names = "--eps", description = "Adam's epsilon")
  Double eps;

  @Option(names = "--weight-decay", paramLabel = "X", description = "weight decay")
  Double weightDecay;

  @Option(names = "--weight-decay-on", paramLabel = "matrices|all", description = "what decays")
  String weightDecayOn;

  @Option(
      names = "--grad-clip",
      paramLabel = "NORM",
      description = "gradients are clipped to this norm; 0 is off")
  Double gradClip;

  /** Takes out of a config file what goes with another schedule than the one that was given. */
  public void leaveOut(ObjectNode file) {
    if (schedule != null) {
      Set<String> others = new TreeSet<>(Decay.settings("restarts"));
      others.removeAll(Decay.settings(schedule));
      file.remove(others);
    }
  }
}
