package io.github.gss4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubSettingsTest {
  @TempDir Path home;

  private HubSettings settings(String... pairs) {
    var environment = new java.util.HashMap<>(Map.of("HOME", home.toString()));
    for (int i = 0; i < pairs.length; i += 2) {
      environment.put(pairs[i], pairs[i + 1]);
    }
    return HubSettings.fromEnvironment(environment);
  }

  @Test
  void emptyEnvironmentMeansThePublicHubAndTheHomeCache() {
    HubSettings settings = settings();

    assertThat(settings.endpoint()).isEqualTo(URI.create("https://huggingface.co"));
    assertThat(settings.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(settings.token()).isEmpty();
    assertThat(settings.offline()).isFalse();
    assertThat(settings.symlinks()).isTrue();
  }

  @Test
  void nearerVariableWinsForTheCache() {
    assertThat(settings("XDG_CACHE_HOME", "/x").cache()).isEqualTo(Path.of("/x/huggingface/hub"));
    assertThat(settings("XDG_CACHE_HOME", "/x", "HF_HOME", "~/hf").cache())
        .isEqualTo(home.resolve("hf/hub"));
    assertThat(settings("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old").cache())
        .isEqualTo(Path.of("/old"));
    assertThat(settings("HF_HUB_CACHE", "/new", "HUGGINGFACE_HUB_CACHE", "/old").cache())
        .isEqualTo(Path.of("/new"));
  }

  @Test
  void tokenComesFromTheEnvironmentBeforeTheFile() throws IOException {
    Files.createDirectories(home.resolve(".cache/huggingface"));
    Files.writeString(home.resolve(".cache/huggingface/token"), "hf_file\n");

    assertThat(settings().token()).contains("hf_file");
    assertThat(settings("HUGGING_FACE_HUB_TOKEN", "hf_old").token()).contains("hf_old");
    assertThat(settings("HUGGING_FACE_HUB_TOKEN", "hf_old", "HF_TOKEN", " hf_new\n").token())
        .contains("hf_new");
    assertThat(settings("HF_TOKEN", "").token()).contains("hf_file");
  }

  @Test
  void secretsAreNotShown() {
    HubSettings settings =
        settings("HF_TOKEN", "hf_secret", "HTTPS_PROXY", "http://me:pass@proxy.example:3128");

    assertThat(settings.toString()).contains("proxy.example:3128").doesNotContain("secret", "pass");
    assertThatThrownBy(() -> settings("HF_TOKEN", "se cret"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HF_TOKEN")
        .message()
        .doesNotContain("cret");
    assertThatThrownBy(() -> settings("HTTPS_PROXY", "http://me:pa ss@proxy"))
        .hasMessageContaining("https_proxy")
        .hasNoCause()
        .message()
        .doesNotContain("ss@");
  }

  @Test
  void endpointMustBeAnAddress() {
    assertThat(settings("HF_ENDPOINT", "https://mirror.example/hf//").endpoint())
        .isEqualTo(URI.create("https://mirror.example/hf"));
    for (String bad : new String[] {"mirror", "ftp://x", "https://", "https://a b", "http://u@h"}) {
      assertThatThrownBy(() -> settings("HF_ENDPOINT", bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("HF_ENDPOINT is '" + bad);
    }
  }

  @Test
  void flagsAreReadAsTheHubReadsThem() {
    assertThat(settings("HF_HUB_OFFLINE", "yes").offline()).isTrue();
    assertThat(settings("HF_HUB_OFFLINE", "0").offline()).isFalse();
    assertThat(settings("HF_HUB_DISABLE_SYMLINKS", "1").symlinks()).isFalse();
  }

  @Test
  void proxyIsChosenBySchemeAndHost() {
    HubProxy proxy =
        settings(
                "HTTPS_PROXY", "secure:1",
                "http_proxy", "http://plain:2",
                "HTTP_PROXY", "http://ignored:3",
                "NO_PROXY", ".intern.example, other:8443")
            .proxy();

    assertThat(proxy.on(URI.create("https://hub.example/x")))
        .contains(URI.create("http://secure:1"));
    assertThat(proxy.on(URI.create("http://hub.example/x"))).contains(URI.create("http://plain:2"));
    assertThat(proxy.on(URI.create("https://intern.example"))).isEmpty();
    assertThat(proxy.on(URI.create("https://a.INTERN.example"))).isEmpty();
    assertThat(proxy.on(URI.create("https://notintern.example"))).isPresent();
    assertThat(proxy.on(URI.create("https://other:8443"))).isEmpty();
    assertThat(proxy.on(URI.create("https://other"))).isPresent();
    assertThat(
            settings("all_proxy", "http://p:1", "no_proxy", "*").proxy().on(URI.create("http://h")))
        .isEmpty();
  }

  @Test
  void proxyOfAnotherKindIsAnError() {
    assertThatThrownBy(() -> settings("ALL_PROXY", "socks5://p:1080"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("all_proxy")
        .hasMessageContaining("socks5");
  }
}
