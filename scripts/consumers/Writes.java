import io.github.gss4j.GssModel;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.Session;
import java.nio.file.Path;

/** What the README shows, against installed artifacts. */
class Writes {
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[1]);
    try (GssModel gss = GssModel.load(Path.of(args[0]));
        Session session = gss.session()) {
      System.out.println(gss.generate("public class ", Sampling.seeded(42)).length());
      session.read("It was a dark and stormy night.");
      session.save(file);
      try (Session again = gss.session(file)) {
        System.out.println(again.generate("", gss.options(20, Sampling.greedy())).text());
      }
    }
  }
}
