package io.github.gss4j.data.documents;

import io.github.gss4j.data.DataException;
import io.github.gss4j.data.DirectorySource;
import io.github.gss4j.data.Glob;
import io.github.gss4j.data.SkippedFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The shards on disk that a directory or a path with a glob stands for.
 *
 * <p>As Spark and pyarrow read a directory, names that begin with a dot or an underscore are
 * skipped, for a job's marks and logs have them; those of partitions ({@code _year=2024}) are not,
 * nor what the glob spells out.
 *
 * @param shards sorted by name
 * @param leftOut what else is there
 */
record ShardListing(List<DocumentShard> shards, SkippedFiles leftOut) {
  private static final String GLOB_CHARACTERS = "*?[{";

  /**
   * The shards of a directory; none where it holds no documents.
   *
   * @throws DataException if it holds both documents and other files
   */
  static ShardListing of(Path root, Path cache, Optional<Glob> glob) {
    SkippedFiles leftOut = new SkippedFiles();
    List<DocumentShard> documents = new ArrayList<>();
    List<String> others = new ArrayList<>();
    List<String> passedOver = new ArrayList<>();
    files(root, cache, glob, leftOut, passedOver)
        .forEach(
            file -> {
              if (DocumentFormat.of(file.name()).isPresent()) {
                documents.add(file);
              } else {
                others.add(file.name());
              }
            });
    if (!documents.isEmpty() && !others.isEmpty()) {
      throw new DataException(
          root,
          "holds "
              + named("files of documents", documents.stream().map(DocumentShard::name).toList())
              + " and "
              + named("of other text", others)
              + ": choose by --glob which are meant, or take the others away");
    }
    passedOver.removeIf(name -> DocumentFormat.of(name).isEmpty());
    if (documents.isEmpty() && !passedOver.isEmpty()) {
      throw new DataException(
          root,
          "holds documents only under names that begin with _, which are skipped: "
              + named("files", passedOver)
              + ": name them in --data, or choose other text by --glob");
    }
    return new ShardListing(documents, leftOut);
  }

  private static String named(String what, List<String> names) {
    return names.size() + " " + what + " (" + names.get(0) + (names.size() > 1 ? ", …)" : ")");
  }

  /**
   * The shards that a path with a glob in it stands for; none where it has no glob.
   *
   * @throws DataException if it matches nothing, or files that hold no documents
   */
  static ShardListing matching(String data, Path cache) {
    int first = 0;
    while (first < data.length() && GLOB_CHARACTERS.indexOf(data.charAt(first)) < 0) {
      first++;
    }
    if (first == data.length()) {
      return new ShardListing(List.of(), new SkippedFiles());
    }
    int slash = data.lastIndexOf('/', first);
    Path root = Path.of(slash < 0 ? "." : data.substring(0, slash + 1));
    if (!Files.isDirectory(root)) {
      throw new DataException(root, "no such directory, in " + data);
    }
    SkippedFiles leftOut = new SkippedFiles();
    Glob glob = Glob.ofPath(data.substring(slash + 1));
    List<DocumentShard> shards =
        List.copyOf(files(root, cache, Optional.of(glob), leftOut, new ArrayList<>()));
    if (shards.isEmpty()) {
      throw new DataException(
          data + ": no file matches" + (leftOut.isEmpty() ? "" : "; left out: " + leftOut));
    }
    shards.forEach(shard -> DocumentFormat.require(shard.name()));
    return new ShardListing(shards, leftOut);
  }

  private static List<DocumentShard.OnDisk> files(
      Path root, Path cache, Optional<Glob> glob, SkippedFiles leftOut, List<String> passedOver) {
    List<DocumentShard.OnDisk> files = new ArrayList<>();
    boolean spelledOut = glob.isPresent() && glob.get().text().matches("(.*/)?_.*");
    DirectorySource.files(root, cache, glob, leftOut)
        .forEach(
            (name, file) -> {
              if (!spelledOut && isPassedOver(name)) {
                leftOut.add(SkippedFiles.Reason.UNDERSCORE, name);
                passedOver.add(name);
              } else {
                files.add(new DocumentShard.OnDisk(name, file));
              }
            });
    return files;
  }

  private static boolean isPassedOver(String name) {
    return Arrays.stream(name.split("/", -1))
        .anyMatch(part -> part.startsWith("_") && !part.contains("="));
  }
}
