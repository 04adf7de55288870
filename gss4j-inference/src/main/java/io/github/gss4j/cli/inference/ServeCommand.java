package io.github.gss4j.cli.inference;

import io.github.gss4j.GssModel;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.cli.options.ModelOptions;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.cli.terminal.Program;
import io.github.gss4j.serve.GssServer;
import io.github.gss4j.serve.ServerOptions;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gss serve}. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Serves a model over HTTP, as OpenAI's completions API: docs/serving.md.")
public final class ServeCommand implements Callable<Integer> {
  private static final int LOOK_MILLIS = 50;

  @Spec private CommandSpec spec;

  @ParentCommand private Program gss;

  @Mixin private ModelOptions model;

  @Mixin private ServeOptions options;

  @Override
  public Integer call() throws InterruptedException {
    long start = System.nanoTime();
    PrintWriter err = spec.commandLine().getErr();
    ServerOptions serving = options.of(model.model());
    try (Interrupt.Flag stop = gss.interrupt().flag();
        GssServer server = GssServer.listen(serving)) {
      warnIfOpen(serving, err);
      StoredModel stored = model.open();
      try (GssModel loaded = model.load(stored)) {
        server.serve(loaded, options.chat(stored.directory()));
        spec.commandLine()
            .getOut()
            .printf(
                "%s serves %s (ready in %.1f s; Ctrl-C ends it)%n",
                server.url(), serving.modelName(), (System.nanoTime() - start) / 1e9);
        spec.commandLine().getOut().flush();
        while (!stop.getAsBoolean()) {
          Thread.sleep(LOOK_MILLIS);
        }
        err.println("ends once open requests have ended ...");
        err.flush();
        server.drain();
        server.close(); // before the model
      }
    }
    return ExitCode.OK;
  }

  private static void warnIfOpen(ServerOptions serving, PrintWriter err) {
    if (serving.isOpenToAll()) {
      err.println(
          "gss: warning: "
              + serving.host()
              + " is reached from other machines and there is no --api-key: anybody may use it");
      err.flush();
    }
  }
}
