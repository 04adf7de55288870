package io.github.gss4j.tokenizer.json;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.github.gss4j.tokenizer.LocatedTokens;
import io.github.gss4j.tokenizer.TokenizerException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongFunction;

/**
 * A tokenizer in the native library's memory. The one class that names the library ({@code
 * ai.djl.huggingface:tokenizers}, an optional dependency).
 *
 * <p>The library's thin layer is used rather than its {@code HuggingFaceTokenizer}: that one asks
 * the network where it runs when it is made, cuts text at the length in the file, and fetches
 * spans, masks and spellings with every text.
 */
final class NativeTokenizer implements AutoCloseable {
  private final Path path;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private long handle;

  private NativeTokenizer(Path path, long handle) {
    this.path = path;
    this.handle = handle;
  }

  /**
   * Loads a {@code tokenizer.json} that passed the {@link CrashGuard}.
   *
   * @param path its name in errors
   */
  static NativeTokenizer load(Path path, String json) {
    loadLibrary(path);
    long handle;
    try {
      handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
    } catch (RuntimeException e) {
      throw new TokenizerException(path, "is not a valid tokenizer.json: " + e.getMessage(), e);
    }
    TokenizersLibrary.LIB.disableTruncation(handle);
    TokenizersLibrary.LIB.disablePadding(handle);
    return new NativeTokenizer(path, handle);
  }

  private static void loadLibrary(Path path) {
    try {
      if (System.getenv("RUST_FLAVOR") == null && System.getProperty("RUST_FLAVOR") == null) {
        System.setProperty("RUST_FLAVOR", "cpu"); // lies in the jar; any other is downloaded
      }
      LibUtils.checkStatus();
    } catch (LinkageError | AssertionError | RuntimeException e) {
      throw new TokenizerException(
          path,
          "needs the library ai.djl.huggingface:tokenizers, which cannot be loaded ("
              + rootCause(e)
              + "): add it to the program's dependencies; it unpacks itself into ~/.djl.ai, or"
              + " where the environment variable ENGINE_CACHE_DIR says",
          e);
    }
  }

  private static Throwable rootCause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The ids of a text, without what the file would put around it. */
  int[] encode(String text) {
    return encode(text, NativeTokenizer::ids);
  }

  /** The ids of a text with the place of each token. */
  LocatedTokens locate(String text) {
    return encode(text, encoding -> located(text, encoding));
  }

  private static int[] ids(long encoding) {
    long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  private static LocatedTokens located(String text, long encoding) {
    int[] ids = ids(encoding);
    CharSpan[] spans = TokenizersLibrary.LIB.getTokenCharSpans(encoding);
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      boolean nowhere = spans[i] == null; // a token that stands for nothing in the text
      int before = i == 0 ? 0 : ends[i - 1];
      starts[i] = nowhere ? before : spans[i].getStart();
      ends[i] = nowhere ? before : spans[i].getEnd();
    }
    return new LocatedTokens(ids, starts, ends).inChars(text);
  }

  private <T> T encode(String text, LongFunction<T> reader) {
    lock.readLock().lock();
    try {
      long encoding = TokenizersLibrary.LIB.encode(open(), text, false);
      try {
        return reader.apply(encoding);
      } finally {
        TokenizersLibrary.LIB.deleteEncoding(encoding);
      }
    } catch (IllegalStateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(path + ": cannot encode a text: " + e.getMessage(), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** The text of tokens, special ones spelled out; unknown ids are left out. */
  String decode(int... ids) {
    lock.readLock().lock();
    try {
      long[] wide = Arrays.stream(ids).asLongStream().toArray();
      return TokenizersLibrary.LIB.decode(open(), wide, false);
    } finally {
      lock.readLock().unlock();
    }
  }

  private long open() {
    if (handle == 0) {
      throw new IllegalStateException(path + ": the tokenizer is closed");
    }
    return handle;
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (handle != 0) {
        TokenizersLibrary.LIB.deleteTokenizer(handle);
        handle = 0;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
