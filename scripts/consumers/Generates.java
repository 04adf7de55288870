import io.github.gss4j.GssModel;
import io.github.gss4j.LoadOptions;
import io.github.gss4j.generation.Sampling;

/** Writes on with gss4j-java alone, for seconds, so that Java compiles it: MODEL DTYPE. */
public final class Generates {
  private Generates() {}

  public static void main(String[] args) {
    LoadOptions options = LoadOptions.defaults().withEngine("java").withDtype(args[1]);
    try (GssModel gss = GssModel.load(args[0], options)) {
      String text = gss.generate("public class ", gss.options(60_000, Sampling.seeded(1))).text();
      System.out.println(text.length() + " characters, " + Integer.toHexString(text.hashCode()));
    }
  }
}
