package io.github.gss4j.cli.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.run.RunInputs;
import io.github.gss4j.cli.run.TextOptions;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.JsonOutput;
import io.github.gss4j.cli.terminal.Program;
import io.github.gss4j.data.documents.Preparation;
import io.github.gss4j.data.documents.PreparedCorpus;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gss prepare}. */
@Command(
    name = "prepare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Encodes a text once into files of tokens that gss train --data maps. What was killed goes"
            + " on where it was when it is called again.")
public final class PrepareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ParentCommand private Program gss;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "TEXT",
      description =
          "java, enwik8, a file or directory of text or of documents (.jsonl, .json.gz, .parquet"
              + " …); urls:FILE; hf:datasets/OWNER/NAME/FILES")
  private String data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "a directory for the tokens")
  private Path out;

  @Option(
      names = "--tokenizer",
      defaultValue = "bytes",
      paramLabel = "NAME",
      description = "bytes (default), gpt2 or the path of a tokenizer.json")
  private String tokenizer;

  @Mixin private TextOptions text;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "that encode (default: one per processor); the result is the same for any")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PreparedCorpus corpus;
    try (Tokenizer opened = Tokenizers.open(tokenizer);
        PrepareProgress progress = new PrepareProgress(spec.commandLine().getErr())) {
      corpus =
          RunInputs.texts().prepare(text.of(data), new Preparation(opened, threads, out, progress));
    }
    print(corpus);
    return ExitCode.OK;
  }

  private void print(PreparedCorpus corpus) throws IOException {
    var stdout = spec.commandLine().getOut();
    if (json) {
      ObjectNode object = new ObjectMapper().createObjectNode();
      object.put("out", out.toString()).put("tokenizer", corpus.tokenizer().name());
      object.put("files", corpus.shards().size());
      object.put("documents", corpus.documents()).put("bytes", corpus.bytes());
      object.put("held_out_documents", corpus.heldOutDocuments());
      object.put("train_tokens", corpus.trainTokens());
      object.put("held_out_tokens", corpus.heldOutTokens());
      object.put("broken_rows", corpus.brokenRows()).put("broken_shards", corpus.brokenShards());
      object.put("left_out", corpus.leftOut()).put("cuts", corpus.cuts());
      JsonOutput.print(stdout, object);
    } else {
      stdout.printf(
          Locale.ROOT,
          "%,d documents, %,d bytes: %,d tokens (%s) to train on, %,d of %,d documents held"
              + " out%n",
          corpus.documents(),
          corpus.bytes(),
          corpus.trainTokens(),
          corpus.tokenizer().name(),
          corpus.heldOutTokens(),
          corpus.heldOutDocuments());
      if (corpus.brokenRows() + corpus.brokenShards() > 0 || !corpus.leftOut().isEmpty()) {
        stdout.println(corpus.leftOutInWords());
      }
      stdout.printf("train with: %s train --data %s%n", gss.calledAs(), out);
    }
    stdout.flush();
  }
}
