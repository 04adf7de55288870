package io.github.gss4j.weights;

import io.github.gss4j.GssModel;
import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.fuzz.Mutations;
import io.github.gss4j.generation.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Saved states of a model. */
public final class StateKind implements FuzzKind {
  private GssModel model;

  @Override
  public String name() {
    return "states";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    model = GssModel.load(Samples.resource("reference/pretrained_form/model.pt"));
    Path file = home.resolve("some.state");
    try (Session session = model.session()) {
      session.read(3, 1, 4, 1, 5);
      session.save(file);
    }
    return List.of(file);
  }

  @Override
  public byte[] mutate(Path file, byte[] sound, Random random) {
    return random.nextBoolean()
        ? Mutations.bytes(sound, random)
        : SafetensorsKind.headerSpoilt(sound, random);
  }

  @Override
  public void read(Path target) {
    Session.load(target, model.model(), null).close();
  }

  @Override
  public void close() {
    if (model != null) {
      model.close();
    }
  }
}
