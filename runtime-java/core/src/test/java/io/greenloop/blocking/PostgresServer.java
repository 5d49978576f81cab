package io.greenloop.blocking;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL server of our own, in a temporary folder, which is removed with it. */
final class PostgresServer {
  /** Where Debian puts each version. */
  private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

  private final Path programs;
  private final Path folder;
  private final int port;

  private PostgresServer(Path programs, Path folder, int port) {
    this.programs = programs;
    this.folder = folder;
    this.port = port;
  }

  static boolean isInstalled() {
    return programs().isPresent();
  }

  /** A server that takes so many connections. */
  static PostgresServer start(int connections) throws Exception {
    Path programs = programs().orElseThrow();
    Path folder = Path.of(run(asNobody(List.of("mktemp", "-d"))).strip());
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    var server = new PostgresServer(programs, folder, port);
    try {
      server.call("initdb", "--auth=trust", "--username=test", "--no-sync", "-D", server.data());
      String options =
          "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
              + (" -c shared_buffers=16MB -c port=" + port)
              + (" -c max_connections=" + connections);
      String log = folder.resolve("log").toString();
      server.call("pg_ctl", "start", "-w", "-D", server.data(), "-l", log, "-o", options);
      return server;
    } catch (Throwable e) {
      server.remove();
      throw e;
    }
  }

  static Connection connect(@Nullable PostgresServer server) throws SQLException {
    int port = Objects.requireNonNull(server).port;
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=test");
  }

  void stop() throws Exception {
    try {
      call("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data());
    } finally {
      remove();
    }
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private void remove() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) { // follows no links
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  // ---- programs ----------------------------------------------------------------------------

  private static Optional<Path> programs() {
    if (!Files.isDirectory(VERSIONS)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(VERSIONS)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.comparing(Path::toString));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void call(String program, String... arguments) throws Exception {
    var words = new ArrayList<String>();
    words.add(programs.resolve(program).toString());
    words.addAll(List.of(arguments));
    run(asNobody(words));
  }

  /** PostgreSQL refuses to run as root: then it runs as the user whom its package has made. */
  private static List<String> asNobody(List<String> words) {
    if (!"root".equals(System.getProperty("user.name"))) {
      return words;
    }
    var all = new ArrayList<>(List.of("setpriv", "--reuid=postgres", "--regid=postgres"));
    all.add("--clear-groups");
    all.addAll(words);
    return all;
  }

  private static String run(List<String> words) throws Exception {
    Path output = Files.createTempFile("postgres", ".txt"); // the server inherits it: no pipe
    try {
      Process process =
          new ProcessBuilder(words)
              .directory(Path.of(System.getProperty("java.io.tmpdir")).toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      String said = Files.readString(output);
      if (!ended || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(words + ": " + (ended ? said : "no end within 60 s"));
      }
      return said;
    } finally {
      Files.delete(output);
    }
  }
}
