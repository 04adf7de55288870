package io.github.gss4j.checkpoint.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a model lies on the hub: {@code hf:OWNER/NAME[@revision][:FILE]}.
 *
 * @param owner the user or organisation
 * @param name the repository
 * @param revision a branch, a tag or a commit
 * @param file one file of the repository, or empty for its usual ones
 */
public record HubAddress(String owner, String name, String revision, Optional<String> file) {
  /** What an address begins with where a path could stand as well. */
  public static final String SCHEME = "hf:";

  /** The branch that is meant when none is named. */
  public static final String DEFAULT_REVISION = "main";

  private static final Pattern ADDRESS =
      Pattern.compile("(?:hf:)?([^/@:]+)/([^/@:]+)(?:@([^:]+))?(?::(.+))?", Pattern.DOTALL);
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final String NAME = "[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?";
  private static final String REVISION = "[A-Za-z0-9_]([A-Za-z0-9._/-]*[A-Za-z0-9_-])?";
  private static final int MAX_LENGTH = 96;

  /** Checks each part by the hub's own rules. */
  public HubAddress {
    checkName("owner", owner);
    checkName("repository", name);
    if (owner.length() + 1 + name.length() > MAX_LENGTH || name.endsWith(".git")) {
      throw new IllegalArgumentException(
          "repository '"
              + FileNames.shown(owner + "/" + name)
              + "' is no hub repository: expected at most 96 characters and no .git at the end");
    }
    if (!revision.matches(REVISION) || revision.contains("..") || revision.contains("//")) {
      throw new IllegalArgumentException(
          "revision '"
              + FileNames.shown(revision)
              + "' is no branch, tag or commit: expected letters, digits and . _ - / as in main");
    }
    file.ifPresent(FileNames::check);
  }

  private static void checkName(String what, String text) {
    if (!text.matches(NAME) || text.contains("..") || text.contains("--")) {
      throw new IllegalArgumentException(
          what
              + " '"
              + FileNames.shown(text)
              + "' is no name on the hub: expected letters, digits and . _ - as in my-model");
    }
  }

  /** Whether a text says by its beginning that it is an address of the hub and not a path. */
  public static boolean isAddress(String text) {
    return text.startsWith(SCHEME);
  }

  /**
   * Reads {@code [hf:]OWNER/NAME[@revision][:FILE]}.
   *
   * @throws IllegalArgumentException if the text is none
   */
  public static HubAddress parse(String text) {
    Matcher parts = ADDRESS.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'"
              + FileNames.shown(text)
              + "' is no address on the hub: expected hf:OWNER/NAME[@revision][:FILE]");
    }
    return new HubAddress(
        parts.group(1),
        parts.group(2),
        parts.group(3) == null ? DEFAULT_REVISION : parts.group(3),
        Optional.ofNullable(parts.group(4)));
  }

  /** The same place at another revision. */
  public HubAddress withRevision(String other) {
    return new HubAddress(owner, name, other, file);
  }

  /** The same repository with one file named. */
  public HubAddress withFile(String other) {
    return new HubAddress(owner, name, revision, Optional.of(other));
  }

  /** {@code OWNER/NAME}. */
  public String repository() {
    return owner + "/" + name;
  }

  /** Whether the revision is a full commit, which never changes. */
  public boolean isPinned() {
    return isCommit(revision);
  }

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  /** The form that {@link #parse} reads; a default revision is left out. */
  @Override
  public String toString() {
    return SCHEME
        + repository()
        + (revision.equals(DEFAULT_REVISION) ? "" : "@" + revision)
        + file.map(f -> ":" + f).orElse("");
  }
}
