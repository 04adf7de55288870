package io.github.gss4j.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a fake hub has: the files of one repository, and what the hub says of them. */
final class FakeRepository {
  final Map<String, byte[]> files = new TreeMap<>();
  final List<String> large = new ArrayList<>();
  final List<String> listedToo = new ArrayList<>();
  String commit = FakeHub.COMMIT;

  String listing() {
    String siblings =
        Stream.concat(files.keySet().stream(), listedToo.stream())
            .map(name -> "{\"rfilename\": \"" + name.replace("\\", "\\\\") + "\"}")
            .collect(Collectors.joining(", "));
    return "{\"id\": \"some-one/a.model\", \"sha\": \""
        + commit
        + "\", \"siblings\": ["
        + siblings
        + "]}";
  }

  String tree() {
    return files.entrySet().stream()
        .map(
            e ->
                "{\"type\": \"file\", \"path\": \""
                    + e.getKey()
                    + "\", \"size\": "
                    + e.getValue().length
                    + ", \"oid\": \""
                    + gitBlob(e.getValue())
                    + "\""
                    + (large.contains(e.getKey())
                        ? ", \"lfs\": {\"oid\": \""
                            + sha256(e.getValue())
                            + "\", \"size\": "
                            + e.getValue().length
                            + ", \"pointerSize\": 134}"
                        : "")
                    + "}")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  static String sha256(byte[] content) {
    return hex("SHA-256", content);
  }

  static String gitBlob(byte[] content) {
    byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return hex("SHA-1", all);
  }

  private static String hex(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Bytes that tell where they lie. */
  static byte[] bytes(int n) {
    byte[] bytes = new byte[n];
    for (int i = 0; i < n; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8));
    }
    return bytes;
  }
}
