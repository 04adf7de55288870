package io.github.gss4j.cli.terminal;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;

/**
 * What is logged goes to standard error, a line each: warnings, what has to be said of data, and
 * the requests of {@code gss serve}. {@code GSS_LOG} and {@code GSS_ACCESS_LOG} set other levels.
 * Logback finds this class by {@code META-INF/services}; a file of its own would take it a tenth of
 * a second at every start.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  /** For Logback. */
  public Logging() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty("logback.configurationFile") != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setPattern("gss: %msg%n");
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("stderr");
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    context.getLogger("ROOT").addAppender(console);
    context.getLogger("ROOT").setLevel(level("GSS_LOG", Level.WARN));
    context.getLogger("io.github.gss4j.data").setLevel(level("GSS_LOG", Level.INFO));
    context.getLogger("gss.access").setLevel(level("GSS_ACCESS_LOG", Level.INFO));
    context.getLogger("org.mlflow").setLevel(Level.OFF); // gss4j.mlflow says it once
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static Level level(String variable, Level byDefault) {
    return Level.toLevel(System.getProperty(variable, System.getenv(variable)), byDefault);
  }
}
