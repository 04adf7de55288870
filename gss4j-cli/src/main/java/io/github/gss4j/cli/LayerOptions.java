package io.github.gss4j.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** Which layers a new model has, and their options; part of {@link RunOptions}. */
final class LayerOptions {
  @Option(
      names = "--mixer",
      paramLabel = "KIND",
      description = "all layers: gss, dss, dsconv, mhesa or attention")
  String mixer;

  @Option(
      names = "--layers",
      split = ",",
      paramLabel = "KIND",
      description = "layer by layer, such as gss,gss,attention")
  List<String> layers;

  @Option(
      names = "--attention-every",
      paramLabel = "K",
      description = "after every K layers one with attention (--depth counts it)")
  Integer attentionEvery;

  @Option(names = "--dss-kernel-N", paramLabel = "N", description = "modes of the state space")
  Integer stateSize;

  @Option(names = "--dss-kernel-H", paramLabel = "H", description = "channels of the state space")
  Integer kernelDim;

  @Option(
      names = "--dss-kernel-lambda-imag-exp",
      arity = "1",
      paramLabel = "true|false",
      description = "whether phases are learned as logarithms")
  Boolean lambdaImagExp;

  @Option(
      names = "--init",
      paramLabel = "random|long_range",
      description = "how long the state space remembers at first")
  String init;

  @Option(
      names = "--dt-min",
      paramLabel = "STEP",
      description = "long_range: the longest memory is 2/STEP tokens (default: 1e-4)")
  Double dtMin;

  @Option(
      names = "--dt-max",
      paramLabel = "STEP",
      description = "long_range: the shortest memory is 2/STEP tokens (default: 1e-1)")
  Double dtMax;

  @Option(
      names = "--max-phase",
      paramLabel = "RADIANS",
      description = "long_range: the fastest turn a token (default: 0.314)")
  Double maxPhase;

  @Option(
      names = "--learned-step",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "learn a step for each mode of the state space")
  Boolean learnedStep;

  @Option(
      names = "--normalize-input",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "keep slow modes of the state space from outgrowing the others")
  Boolean normalizeInput;

  @Option(names = "--heads", description = "heads of dsconv and mhesa")
  Integer heads;

  @Option(names = "--dim-dsconv", paramLabel = "H", description = "channels of dsconv")
  Integer dimDsconv;

  @Option(
      names = "--max-seq-len",
      paramLabel = "TOKENS",
      description = "longest text that dsconv reads")
  Integer maxSeqLen;

  @Option(names = "--dim-mhesa", paramLabel = "H", description = "channels of mhesa")
  Integer dimMhesa;

  @Option(names = "--attention-heads", paramLabel = "N", description = "heads of attention")
  Integer attentionHeads;

  @Option(
      names = "--attention-window",
      paramLabel = "TOKENS",
      description = "tokens that see each other")
  Integer attentionWindow;

  @Option(
      names = "--attention-kind",
      paramLabel = "chunks|sliding",
      description = "where windows lie")
  String attentionKind;
}
