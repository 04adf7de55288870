package io.github.gss4j.tracking;

import io.github.gss4j.ops.Native;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;

/** What a run ran on, for its report: no names of people, machines or paths. */
public final class Environment {
  private Environment() {}

  /** Facts by name, in the order in which to show them. Loads libtorch. */
  public static Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("processor", Native.processor());
    facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("threads", Integer.toString(Native.threads()));
    facts.put("bfloat16 in hardware", Native.hasFastBfloat16() ? "yes" : "no");
    facts.put("memory", gibibytes(Pointer.totalPhysicalBytes()));
    facts.put("Java heap, at most", gibibytes(Runtime.getRuntime().maxMemory()));
    facts.put("operating system", properties("os.name", "os.version", "os.arch"));
    facts.put("Java", properties("java.vm.name", "java.runtime.version"));
    facts.put("gss4j", version(Environment.class));
    facts.put("libtorch", version(torch.class));
    return facts;
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
  }

  private static String properties(String... names) {
    return String.join(" ", java.util.Arrays.stream(names).map(System::getProperty).toList());
  }

  /** As the jar says; classes that come from no jar of their own have none. */
  private static String version(Class<?> type) {
    return Objects.requireNonNullElse(
        type.getPackage().getImplementationVersion(), "built from source");
  }
}
