package io.github.gss4j.cli.run;

import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.LayerOption;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Which layers a new model has, and their options as the kinds name them; part of {@link
 * RunOptions}.
 */
final class LayerOptions {
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

  @Spec(Spec.Target.SELF)
  void addOptions(CommandSpec mixin) {
    List<String> kinds = LayerConfig.kinds().stream().map(LayerConfig::kind).toList();
    mixin.addOption(
        flag(
            new LayerOption(
                "mixer", String.class, "KIND", "all layers: " + String.join(", ", kinds))));
    LayerConfig.kinds().stream()
        .flatMap(kind -> kind.options().stream())
        .distinct() // kinds share some
        .map(LayerOptions::flag)
        .forEach(mixin::addOption);
  }

  private static OptionSpec flag(LayerOption option) {
    boolean flag = option.type() == Boolean.class;
    return OptionSpec.builder("--" + option.key().replace('_', '-'))
        .type(option.type())
        .arity(flag ? "0..1" : "1")
        .fallbackValue(flag ? "true" : "")
        .paramLabel(option.label())
        .description(option.description())
        .build();
  }
}
