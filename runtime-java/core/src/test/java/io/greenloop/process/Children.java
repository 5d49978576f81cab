package io.greenloop.process;

import static io.greenloop.Aio.yieldNow;

import io.greenloop.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What the tests of this package share. */
final class Children {
  private Children() {}

  static ProcessBuilder sh(String script) {
    return new ProcessBuilder("/bin/sh", "-c", script);
  }

  /** A process of the running loop, without pipes. */
  static AsyncProcess adopt(Process process) throws IOException {
    return new AsyncProcess(
        EventLoop.current(), "adopted", new Launch.Started(process, null, null, null));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /** The next line of {@code process}, without its end. */
  static String line(AsyncProcess process) throws IOException {
    return text(process.stdout().readLine()).strip();
  }

  /** Lets the loop go on until it is so; the time limit of the test ends it if it never is. */
  static void until(BooleanSupplier isSo) {
    while (!isSo.getAsBoolean()) {
      yieldNow();
    }
  }

  static boolean isGone(long pid) {
    return !Files.exists(Path.of("/proc/" + pid)) || isDead(pid);
  }

  /** An orphan that nobody reaps, in a container without an init, stays as a zombie. */
  private static boolean isDead(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/stat")).matches("(?s).*\\) Z .*");
    } catch (IOException e) {
      return true;
    }
  }

  /** Whether the system keeps nothing of our child, not even how it ended. */
  static boolean isReaped(long pid) {
    return !Files.exists(Path.of("/proc/" + pid));
  }

  static long openPipes() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(Children::isPipe).count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isPipe(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("pipe:");
    } catch (IOException e) {
      return false;
    }
  }

  static long threadsNamed(String start) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(start))
        .count();
  }
}
