package io.github.gss4j.ops;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads libtorch once, after setting the environment that makes it fast on a small machine.
 *
 * <p>libtorch's OpenMP pool and OpenBLAS's own pool both busy-wait, so on two cores they fight for
 * them and everything small is 3 to 14 times slower. Both read their settings when they are loaded,
 * so the variables are set here, in the process itself, just before. A variable that the user has
 * set is left alone. {@code GLIBC_TUNABLES} is read when a process starts and can only be set by
 * whoever starts it (the {@code gss} launcher does).
 */
public final class Native {
  private static final Logger LOG = LoggerFactory.getLogger(Native.class);
  private static final String TRACE_MARK = "\nException raised";

  private Native() {}

  /** Loads libtorch; the first call does the work, the others cost nothing. */
  public static void load() {
    Holder.ready();
  }

  private static final class Holder {
    static {
      warnIfLate();
      setEnvironment();
      // JavaCPP refuses native memory beyond 4 times the heap's limit; models live outside the heap
      if (System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes") == null) {
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
      }
      loadAlone();
      int cores = Runtime.getRuntime().availableProcessors();
      String wanted = System.getenv("OMP_NUM_THREADS");
      setThreads(
          wanted != null && wanted.matches("[1-9]\\d{0,3}") ? Integer.parseInt(wanted) : cores);
    }

    /**
     * Loads while no other process does. The first one unpacks libtorch's files, and a second one
     * that loads a file of which another half is still missing would end with its JVM.
     */
    private static void loadAlone() {
      try (FileChannel channel =
          FileChannel.open(
              Loader.getCacheDir().toPath().resolve("gss4j.lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE)) {
        channel.lock();
        Loader.load(torch.class);
      } catch (IOException | OverlappingFileLockException noLock) {
        // no such locks there, or this process has it through another class loader
        Loader.load(torch.class);
      }
    }

    static void ready() {}
  }

  /**
   * Sets the number of threads of both pools, libtorch's and OpenBLAS's.
   *
   * @param threads at least 1
   */
  public static void threads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + ", expected at least 1");
    }
    load();
    setThreads(threads);
  }

  private static void setThreads(int threads) {
    torch.set_num_threads(threads);
    openblas.blas_set_num_threads(threads);
  }

  /** The number of threads that dense products use. */
  public static int threads() {
    load();
    return torch.get_num_threads();
  }

  /**
   * What libtorch says went wrong, without the C++ trace behind it.
   *
   * @param thrown an exception that came out of libtorch
   */
  public static String reason(Throwable thrown) {
    String message = thrown.getMessage();
    if (message == null) {
      return thrown.getClass().getSimpleName();
    }
    int trace = message.indexOf(TRACE_MARK);
    return (trace < 0 ? message : message.substring(0, trace)).strip();
  }

  /** The variables that {@link #load} sets unless the user did, with their values. */
  static Map<String, String> environment(String cpuInfo) {
    Map<String, String> wanted = new LinkedHashMap<>();
    wanted.put("OMP_WAIT_POLICY", "PASSIVE");
    // spin for some microseconds before sleeping: decoding in bfloat16 went from 13 to 22 tokens
    // per second on two cores, training stayed as it was
    wanted.put("GOMP_SPINCOUNT", "1000");
    wanted.put("OPENBLAS_THREAD_TIMEOUT", "4");
    wanted.put("THP_MEM_ALLOC_ENABLE", "1");
    // OpenBLAS takes its AVX2 kernels on AMD processors it does not know, which halves float32
    // products: measured 205 against 400 GFLOP/s on two Zen 5 cores.
    if (cpuInfo.contains("AuthenticAMD") && cpuInfo.contains("avx512vl")) {
      wanted.put("OPENBLAS_CORETYPE", "SkylakeX");
    }
    return wanted;
  }

  /** Whether this processor multiplies bfloat16 matrices in hardware (AMX or AVX-512 BF16). */
  public static boolean hasFastBfloat16() {
    String info = cpuInfo();
    return info.contains("amx_bf16") || info.contains("avx512_bf16");
  }

  /** The processor's name as the operating system gives it, for reports. */
  public static String processor() {
    return cpuInfo()
        .lines()
        .filter(line -> line.startsWith("model name"))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .orElse(System.getProperty("os.arch"));
  }

  private static String cpuInfo() {
    return read(Path.of("/proc/cpuinfo"));
  }

  private static String read(Path ofTheKernel) {
    try {
      return Files.readString(ofTheKernel);
    } catch (IOException notLinux) {
      return "";
    }
  }

  /** Whether libtorch was loaded before this class. */
  private static void warnIfLate() {
    boolean loaded =
        read(Path.of("/proc/self/maps")).lines().anyMatch(line -> line.contains("/libtorch"));
    if (loaded && System.getenv("OMP_WAIT_POLICY") == null) {
      LOG.warn(
          "libtorch was loaded before gss4j, so its threads busy-wait and small operations are"
              + " several times slower: call Native.load() first, or set OMP_WAIT_POLICY=PASSIVE"
              + " and OPENBLAS_THREAD_TIMEOUT=4 before java starts");
    }
  }

  private static void setEnvironment() {
    if (System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows")) {
      return; // no such pools there
    }
    try {
      Function setenv = Function.getFunction(Platform.C_LIBRARY_NAME, "setenv");
      environment(cpuInfo())
          .forEach((name, value) -> setenv.invokeInt(new Object[] {name, value, 0}));
    } catch (UnsatisfiedLinkError blocked) {
      LOG.warn(
          "Could not set OMP_WAIT_POLICY and OPENBLAS_THREAD_TIMEOUT ({}): set them before java"
              + " starts, or small operations will be several times slower",
          blocked.getMessage());
    }
  }
}
