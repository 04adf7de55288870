package io.github.gss4j.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a model lies on the hub: {@code hf:OWNER/NAME[@revision][:FILE]}; or a data set: {@code
 * hf:datasets/OWNER/NAME[@revision][/FILES]}. As in {@code huggingface_hub}, a {@code /} of a
 * revision before FILES is written {@code %2F}, but for the hub's own {@code refs/convert/NAME} and
 * {@code refs/pr/NUMBER}; {@code hf://} is read like {@code hf:}.
 *
 * @param kind what the repository holds
 * @param owner the user or organisation
 * @param name the repository
 * @param revision a branch, a tag or a commit
 * @param file one file of the repository, or empty for its usual ones; a data set's may be a glob
 */
public record HubAddress(
    Kind kind, String owner, String name, String revision, Optional<String> file) {
  /** What a repository holds. */
  public enum Kind {
    /** A model. */
    MODEL("models", ""),
    /** A data set. */
    DATASET("datasets", "datasets/");

    private final String plural;
    private final String prefix;

    Kind(String plural, String prefix) {
      this.plural = plural;
      this.prefix = prefix;
    }

    /** As the hub and its cache call them: {@code models}, {@code datasets}. */
    String plural() {
      return plural;
    }
  }

  /** What an address begins with where a path could stand as well. */
  public static final String SCHEME = "hf:";

  /** The branch that is meant when none is named. */
  public static final String DEFAULT_REVISION = "main";

  private static final Pattern ADDRESS =
      Pattern.compile("(?:hf:(?://)?)?([^/@:]+)/([^/@:]+)(?:@([^:]+))?(?::(.+))?", Pattern.DOTALL);

  /** Revisions of the hub's own that hold slashes. */
  private static final String REFS = "refs/convert/\\w+|refs/pr/\\d+";

  private static final Pattern DATASET =
      Pattern.compile(
          "(?:hf:(?://)?)?datasets/([^/@:]+)/([^/@:]+)(?:@(" + REFS + "|[^:/]+))?(?:[:/](.+))?",
          Pattern.DOTALL);
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
              + "' is not a hub repository: expected at most 96 characters and no .git at the end");
    }
    if (!revision.matches(REVISION) || revision.contains("..") || revision.contains("//")) {
      throw new IllegalArgumentException(
          "revision '"
              + FileNames.shown(revision)
              + "' is not a branch, tag or commit: expected letters, digits and . _ - / as in"
              + " main");
    }
    file.ifPresent(FileNames::check);
  }

  private static void checkName(String what, String text) {
    if (!text.matches(NAME) || text.contains("..") || text.contains("--")) {
      throw new IllegalArgumentException(
          what
              + " '"
              + FileNames.shown(text)
              + "' is not a name on the hub: expected letters, digits and . _ - as in my-model");
    }
  }

  /** A model's address. */
  public HubAddress(String owner, String name, String revision, Optional<String> file) {
    this(Kind.MODEL, owner, name, revision, file);
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
    Matcher dataset = DATASET.matcher(text);
    Matcher parts = dataset.matches() ? dataset : ADDRESS.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'"
              + FileNames.shown(text)
              + "' is not an address on the hub: expected hf:OWNER/NAME[@revision][:FILE]");
    }
    return new HubAddress(
        parts == dataset ? Kind.DATASET : Kind.MODEL,
        parts.group(1),
        parts.group(2),
        parts.group(3) == null ? DEFAULT_REVISION : parts.group(3).replaceAll("%2[Ff]", "/"),
        Optional.ofNullable(parts.group(4)));
  }

  /** The same place at another revision. */
  HubAddress withRevision(String other) {
    return new HubAddress(kind, owner, name, other, file);
  }

  /** The same repository with one file named. */
  public HubAddress withFile(String other) {
    return new HubAddress(kind, owner, name, revision, Optional.of(other));
  }

  /** {@code OWNER/NAME}, {@code datasets/} before it where it is one. */
  public String repository() {
    return kind.prefix + owner + "/" + name;
  }

  /** Where the hub tells of it. */
  String apiPath() {
    return "/api/" + kind.plural() + "/" + owner + "/" + name;
  }

  /** Whether the revision is a full commit, which never changes. */
  boolean isPinned() {
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
        + (revision.equals(DEFAULT_REVISION) ? "" : "@" + written())
        + file.map(f -> ":" + f).orElse("");
  }

  private String written() {
    return kind == Kind.MODEL || revision.matches(REFS) ? revision : revision.replace("/", "%2F");
  }
}
