package io.github.gss4j.hub;

import java.nio.file.Path;
import java.util.List;

/**
 * A model of the hub, on disk.
 *
 * @param directory holds the files under their names in the repository
 * @param commit the version that the revision stood for
 * @param selection what was taken, and which other weights there are
 */
public record HubSnapshot(Path directory, String commit, HubSelection selection) {
  /** The file of weights, or the index and then its shards. */
  public List<Path> weights() {
    return selection.weights().stream().map(directory::resolve).toList();
  }
}
