package io.github.gss4j.cli.inference;

import com.google.auto.service.AutoService;
import io.github.gss4j.cli.terminal.Commands;
import java.util.List;

/** All that a program needs which runs models. */
@AutoService(Commands.class)
public final class InferenceCommands implements Commands {
  @Override
  public int priority() {
    return 0;
  }

  @Override
  public List<Class<?>> inOrder() {
    return List.of(GenerateCommand.class, ServeCommand.class, PullCommand.class);
  }

  @Override
  public String others() {
    return "the full distribution has the others";
  }
}
