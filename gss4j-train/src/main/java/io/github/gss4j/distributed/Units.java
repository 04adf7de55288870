package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parameters of a model by unit: those of each layer, then all others. */
record Units(List<List<Parameter>> units) {
  private static final Pattern LAYER = Pattern.compile("layers\\.(\\d+)\\..*");

  static Units of(List<Parameter> parameters) {
    List<List<Parameter>> units = new ArrayList<>();
    List<Parameter> root = new ArrayList<>();
    for (Parameter p : parameters) {
      Matcher layer = LAYER.matcher(p.name());
      if (layer.matches()) {
        int number = Integer.parseInt(layer.group(1));
        while (units.size() <= number) {
          units.add(new ArrayList<>());
        }
        units.get(number).add(p);
      } else {
        root.add(p);
      }
    }
    units.add(root);
    return new Units(units);
  }

  int root() {
    return units.size() - 1;
  }

  static boolean isTrainable(Parameter parameter) {
    return parameter.value().requires_grad();
  }
}
