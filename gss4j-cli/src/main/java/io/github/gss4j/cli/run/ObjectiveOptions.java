package io.github.gss4j.cli.run;

import picocli.CommandLine.Option;

/** What a run is trained on, and who teaches. */
final class ObjectiveOptions {
  @Option(
      names = "--objective",
      paramLabel = "NAME",
      description = "cross_entropy (default), distillation, or alternating between the two")
  String objective;

  @Option(
      names = "--teacher",
      paramLabel = "MODEL",
      description =
          "the teacher, for the other two: a GPT-2 or a model of ours, a path or hf:OWNER/NAME")
  String teacher;

  @Option(names = "--temperature", paramLabel = "X", description = "of the distillation")
  Double temperature;

  @Option(
      names = "--distill-weight",
      paramLabel = "SHARE",
      description = "the teacher's share in the distillation; the rest is cross entropy")
  Double distillWeight;

  @Option(
      names = "--alternate",
      paramLabel = "micro|step",
      description = "what alternates: micro-batches or steps")
  String alternate;

  @Option(names = "--teacher-dtype", paramLabel = "TYPE", description = "float32 or bfloat16")
  String teacherDtype;

  @Option(
      names = "--teacher-cache",
      paramLabel = "DIR",
      description = "keep the teacher's likeliest tokens here, and learn from them alone")
  String teacherCache;

  @Option(names = "--teacher-top-k", paramLabel = "K", description = "how many of them")
  Integer teacherTopK;
}
