package io.greenloop.process;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file names under which a pipe of this JVM can be opened once more, so that a child can have
 * it as its standard input or output: then the loop watches our end as it watches a socket, and no
 * thread stands between. Linux has such names; where there are none, {@link Pumps} do it.
 *
 * <p>The JDK does not tell the number of a channel's descriptor. It is found by its mode: the
 * descriptor that follows when the channel is switched between blocking and non-blocking.
 */
final class PipeNames {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Path MODES = Path.of("/proc/self/fdinfo");
  private static final long NON_BLOCKING = 04000; // O_NONBLOCK of Linux
  private static final int PATTERN = 0b10110010;

  private PipeNames() {}

  /** Whether this system has such names, and opens them. */
  static boolean areThere() {
    return SelfTest.PASSED;
  }

  /**
   * The name of {@code end}, which is in blocking mode before and after.
   *
   * @return null if there is none
   */
  static synchronized @Nullable Path of(SelectableChannel end) throws IOException {
    List<String> candidates = pipes();
    for (int bits = PATTERN; bits != 0; bits >>= 1) {
      boolean nonBlocking = (bits & 1) == 1;
      end.configureBlocking(!nonBlocking);
      candidates.removeIf(number -> isNonBlocking(number) != nonBlocking);
    }
    end.configureBlocking(true);
    return candidates.size() == 1 ? DESCRIPTORS.resolve(candidates.getFirst()) : null;
  }

  private static List<String> pipes() throws IOException {
    var found = new ArrayList<String>();
    try (DirectoryStream<Path> open = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path each : open) {
        if (isPipe(each)) {
          found.add(each.getFileName().toString());
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  private static boolean isPipe(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("pipe:");
    } catch (IOException e) { // closed meanwhile
      return false;
    }
  }

  private static boolean isNonBlocking(String number) {
    try {
      for (String line : Files.readAllLines(MODES.resolve(number))) {
        if (line.startsWith("flags:")) {
          long flags = Long.parseLong(line.substring("flags:".length()).trim(), 8);
          return (flags & NON_BLOCKING) != 0;
        }
      }
    } catch (IOException e) {
      // Closed meanwhile: not ours.
    }
    return false;
  }

  private static final class SelfTest {
    static final boolean PASSED = passes();

    private SelfTest() {}

    private static boolean passes() {
      if (!Files.isDirectory(MODES)) {
        return false;
      }
      try {
        Pipe pipe = Pipe.open();
        try (var source = pipe.source();
            var sink = pipe.sink()) {
          Path name = of(sink);
          if (name == null) {
            return false;
          }
          try (var again = new FileOutputStream(name.toFile())) {
            again.write(1);
          }
          source.configureBlocking(false);
          return source.read(ByteBuffer.allocate(1)) == 1;
        }
      } catch (IOException e) {
        return false;
      }
    }
  }
}
