package io.github.gss4j.cli.options;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** Takes a text behind {@code --flag=} as it is, also where it looks like another flag. */
public final class AttachedText implements IParameterPreprocessor, ITypeConverter<String> {
  /** Keeps the parser from taking a text for a flag; no argument of a program can hold it. */
  private static final String MARK = "\0";

  @Override
  public boolean preprocess(
      Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
    if ("=".equals(info.get("separator"))) {
      args.push(MARK + args.pop());
    }
    return false;
  }

  @Override
  public String convert(String value) {
    return value.startsWith(MARK) ? value.substring(MARK.length()) : value;
  }
}
