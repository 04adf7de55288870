package io.github.gss4j.hub;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which of a repository's files make its model.
 *
 * <p>The weights are the file that the address names, else the first there is of {@code
 * model.safetensors}, {@code model.safetensors.index.json} with its shards, {@code model.pt} and
 * {@code pytorch_model.bin} (or its index with its shards), else the only file of weights, or index
 * of such, at the top. Hidden files are skipped.
 *
 * @param companions config, tokenizer and model card, as far as they are there
 * @param weights the file of weights, or the index and all its shards
 * @param others files of weights that are there and were not taken
 */
record HubSelection(List<String> companions, List<String> weights, List<String> others) {
  private static final List<String> KNOWN =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "model.pt",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json");

  private static final Set<String> COMPANIONS =
      Set.of(
          "README.md",
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt");

  private static final String VISIBLE = "([^./][^/]*/)*[^./][^/]*";

  private static final Pattern WEIGHTS = Pattern.compile(VISIBLE + "\\.(safetensors|pt|pth|bin)");

  /** What a trainer leaves beside the weights. */
  private static final Pattern TRAINER_STATE =
      Pattern.compile(
          "(.*/)?(training_args|optimizer|scheduler|scaler|rng_state.*)\\.(bin|pt|pth)");

  private static final Pattern INDEX =
      Pattern.compile(VISIBLE + "\\.(safetensors|bin|pt|pth)\\.index\\.json");

  private static final Pattern SHARD = Pattern.compile(".*\\d-of-\\d+\\.\\w+");

  /** Says which files an index lists; it is asked only where the weights are such. */
  @FunctionalInterface
  interface Shards {
    /**
     * Reads an index.
     *
     * @return names beside the index
     */
    Collection<String> of(String index);
  }

  /** Copies the lists. */
  HubSelection {
    companions = List.copyOf(companions);
    weights = List.copyOf(weights);
    others = List.copyOf(others);
  }

  /**
   * Selects among the files that a repository holds.
   *
   * @param names all of them, or those that the cache has
   * @param shards reads an index
   * @throws HubException if the file named is not there, none can be chosen, or a shard is missing
   */
  static HubSelection of(HubAddress address, Collection<String> names, Shards shards) {
    Set<String> there = new TreeSet<>(names);
    String main = address.file().orElseGet(() -> usual(address, there));
    checkHolds(address, main, there);
    Set<String> weights = new LinkedHashSet<>(List.of(main));
    if (INDEX.matcher(main).matches()) {
      for (String shard : new TreeSet<>(shards.of(main))) {
        String name = FileNames.folder(main) + shard;
        checkHolds(address, name, there);
        weights.add(name);
      }
    }
    List<String> companions =
        there.stream()
            .filter(name -> COMPANIONS.contains(name.substring(FileNames.folder(name).length())))
            .filter(name -> beside(main, name) && !weights.contains(name))
            .toList();
    List<String> others =
        there.stream().filter(HubSelection::isWeights).filter(n -> !weights.contains(n)).toList();
    return new HubSelection(companions, List.copyOf(weights), others);
  }

  static void checkHolds(HubAddress address, String file, Collection<String> there) {
    if (!there.contains(file)) {
      throw new HubException(
          address.repository()
              + " at "
              + address.revision()
              + " has no file '"
              + file
              + "': it holds "
              + FileNames.list(there));
    }
  }

  /** All that is taken, the weights last: where they are, the rest is there too. */
  List<String> files() {
    return Stream.concat(companions.stream(), weights.stream()).toList();
  }

  private static boolean isWeights(String name) {
    return WEIGHTS.matcher(name).matches() && !TRAINER_STATE.matcher(name).matches();
  }

  private static boolean beside(String main, String name) {
    String folder = FileNames.folder(name);
    return folder.isEmpty() || folder.equals(FileNames.folder(main));
  }

  private static String usual(HubAddress address, Set<String> there) {
    Optional<String> known = KNOWN.stream().filter(there::contains).findFirst();
    if (known.isPresent()) {
      return known.get();
    }
    boolean indexed = there.stream().anyMatch(HubSelection::isIndexAtTop);
    List<String> candidates =
        there.stream()
            .filter(n -> (FileNames.folder(n).isEmpty() && isWeights(n)) || isIndexAtTop(n))
            .filter(n -> !(indexed && SHARD.matcher(n).matches()))
            .toList();
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    String at = address.repository() + " at " + address.revision();
    throw new HubException(
        candidates.isEmpty()
            ? at
                + " holds no weights at its top (model.safetensors, model.pt or the like): it holds"
                + " "
                + FileNames.list(there)
            : at
                + " holds several files of weights: name one of "
                + FileNames.list(candidates)
                + " as in "
                + address.withFile(candidates.get(0)));
  }

  private static boolean isIndexAtTop(String name) {
    return FileNames.folder(name).isEmpty() && INDEX.matcher(name).matches();
  }
}
