package io.github.gss4j.hub;

import static io.github.gss4j.hub.FakeHub.ADDRESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server does not give, and what to do about it. */
class HubRefusalTest extends PullCase {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | RepoNotFound | false | set HF_TOKEN if it is private",
        "401 | RepoNotFound | true | does not accept your token",
        "401 | GatedRepo | false | accept its licence at",
        "403 | GatedRepo | true | with the account of your token",
        "404 | RepoNotFound | true | no repository some-one/a.model",
        "404 | RevisionNotFound | false | has no revision main",
        "404 | '' | false | check the name and the revision",
        "400 | '' | false | answers 400"
      })
  void refusalSaysWhatToDo(int status, String code, boolean token, String words) {
    server.times(9, "hub", "GET", "/api/", FakeAnswer.status(status, "X-Error-Code", code));
    HubSettings s = server.settings(cache);
    HubSettings settings =
        new HubSettings(
            s.endpoint(),
            token ? Optional.of("hf_x") : Optional.empty(),
            cache,
            false,
            true,
            s.proxy());

    assertThatThrownBy(() -> server.client(settings).pull(ADDRESS, DownloadListener.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining(words)
        .hasMessageContaining("some-one/a.model")
        .message()
        .doesNotContain("\n", "hf_x");
    assertThat(server.seen).hasSize(1); // not tried again
  }

  @Test
  void gatedFileSaysToAcceptTheLicence() {
    server.once("hub", "HEAD", "model.pt", FakeAnswer.status(403, "X-Error-Code", "GatedRepo"));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("accept its licence at " + server.endpoint() + "/some-one/a.model");
  }

  @Test
  void missingFileListsWhatThereIs() {
    assertThatThrownBy(
            () -> server.client(cache).file(ADDRESS, "model9.pt", DownloadListener.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining(
            "some-one/a.model at main has no file 'model9.pt': it holds config.json, model.pt");
  }
}
