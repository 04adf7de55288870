package io.github.gss4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class NativeTest {
  @Test
  void thePoolsAreToldToWaitQuietlyBeforeTheyAreLoaded() {
    Native.load();
    Function getenv = Function.getFunction(Platform.C_LIBRARY_NAME, "getenv");
    assertThat(getenv.invokeString(new Object[] {"OMP_WAIT_POLICY"}, false)).isNotBlank();
    assertThat(getenv.invokeString(new Object[] {"OPENBLAS_THREAD_TIMEOUT"}, false)).isNotBlank();
  }

  @Test
  void wideKernelsAreAskedForOnAmdProcessorsThatHaveThem() {
    assertThat(Native.environment("vendor_id: AuthenticAMD\nflags: avx2 avx512vl"))
        .containsEntry("OPENBLAS_CORETYPE", "SkylakeX");
    assertThat(Native.environment("vendor_id: AuthenticAMD\nflags: avx2"))
        .doesNotContainKey("OPENBLAS_CORETYPE");
    assertThat(Native.environment("vendor_id: GenuineIntel\nflags: avx512vl"))
        .doesNotContainKey("OPENBLAS_CORETYPE");
  }

  @Test
  void libtorchsReasonComesWithoutItsTrace() {
    Native.load();
    assertThatThrownBy(() -> torch.matmul(torch.ones(2, 3), torch.ones(2, 3)))
        .satisfies(
            e ->
                assertThat(Native.reason(e))
                    .isEqualTo("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"));
  }

  @Test
  void devicesAreNamedOrRefused() {
    assertThat(Tensors.device("cpu").is_cpu()).isTrue();
    assertThatThrownBy(() -> Tensors.device("gpu"))
        .hasMessage("device is 'gpu', expected cpu, cuda or cuda:N with N the number of the GPU");
  }
}
