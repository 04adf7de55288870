package io.github.gss4j.data;

import io.github.gss4j.files.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.time.Duration;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The file enwik8 in a cache: as it is, out of a zip that is there, or fetched; checked each time.
 *
 * @param base address below which {@code enwik8.zip} is
 * @param bytes its size
 * @param sha1 its checksum
 * @param policy how long a download may stall
 */
record Enwik8File(URI base, long bytes, String sha1, Duration policy) {
  private static final String ZIP = Enwik8.NAME + ".zip";

  /** The checked file, fetched or unpacked if need be. */
  Path in(Path cache) {
    Path file = cache.resolve(Enwik8.NAME);
    Path zip = cache.resolve(ZIP);
    try {
      if (Files.exists(file)) {
        check(file, Files.size(file), sha1(file));
      } else if (Files.exists(zip)) {
        unpack(zip, file);
      } else {
        fetch(cache, file);
      }
      return file;
    } catch (IOException e) {
      throw DataException.of(file, "cannot be made", e);
    }
  }

  private void fetch(Path cache, Path file) throws IOException {
    Files.createDirectories(cache);
    Path aside = Files.createFile(cache.resolve(".fetching-" + UUID.randomUUID()));
    try {
      URI from = base.resolve(ZIP);
      try {
        new Download(from, 2 * bytes, policy).to(aside);
      } catch (IOException e) {
        throw new DataException(
            from
                + ": cannot be fetched ("
                + DataException.reason(e)
                + "): put "
                + ZIP
                + " or the unpacked "
                + Enwik8.NAME
                + " at "
                + cache.resolve(ZIP).toAbsolutePath()
                + " or "
                + file.toAbsolutePath(),
            e);
      }
      unpack(aside, file);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private void unpack(Path zip, Path file) throws IOException {
    Path aside = file.resolveSibling(".unpacking-" + UUID.randomUUID());
    try (ZipFile archive = new ZipFile(zip.toFile())) {
      ZipEntry entry = archive.getEntry(Enwik8.NAME);
      if (entry == null) {
        throw new DataException(zip, "has no member '" + Enwik8.NAME + "'");
      }
      long size;
      try (DigestInputStream in =
              new DigestInputStream(archive.getInputStream(entry), Digests.sha1());
          OutputStream out = Files.newOutputStream(aside)) {
        size = copyAtMost(bytes + 1, in, out);
        check(zip, size, Digests.hex(in.getMessageDigest()));
      }
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (ZipException e) {
      throw DataException.of(zip, "is not a valid zip file, delete it and try again", e);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static long copyAtMost(long limit, InputStream in, OutputStream out) throws IOException {
    byte[] chunk = new byte[1 << 16];
    long done = 0;
    for (int n; done < limit && (n = in.read(chunk)) >= 0; done += n) {
      out.write(chunk, 0, n);
    }
    return done;
  }

  private static String sha1(Path file) throws IOException {
    try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), Digests.sha1())) {
      in.transferTo(OutputStream.nullOutputStream());
      return Digests.hex(in.getMessageDigest());
    }
  }

  private void check(Path file, long size, String digest) {
    if (size != bytes) {
      throw new DataException(
          file,
          "enwik8 in it has "
              + (size > bytes ? "more" : size)
              + " bytes, expected "
              + bytes
              + ": delete it and try again");
    }
    if (!digest.equals(sha1)) {
      throw new DataException(
          file,
          "enwik8 in it has SHA-1 " + digest + ", expected " + sha1 + ": delete it and try again");
    }
  }
}
