package io.greenloop.eventlet;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.jspecify.annotations.Nullable;

/**
 * A Java prompt in the running program, over the network (Python: {@code eventlet.backdoor}).
 * Whoever connects may do anything: it listens on loopback only. Needs the module {@code
 * jdk.jshell}.
 *
 * <p>A snippet runs on a thread of {@link Tpool}, beside the loop: to touch what belongs to the
 * loop it has to post. {@code quit} ends a session.
 */
public final class Backdoor {
  private static final Map<String, Map<String, Object>> SESSIONS = new ConcurrentHashMap<>();

  private Backdoor() {}

  /** Serves prompts until the listener is closed; see {@link #serve(GreenSocket, Map)}. */
  public static void serve(GreenSocket listener) throws IOException {
    serve(listener, Map.of());
  }

  /**
   * Serves prompts, each in a green thread of its own, until {@code listener} is closed.
   *
   * @param bindings variables of each session
   * @throws IllegalArgumentException if {@code listener} can be reached from other machines
   */
  public static void serve(GreenSocket listener, Map<String, ?> bindings) throws IOException {
    if (listener.localAddress() instanceof InetSocketAddress internet
        && !internet.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "serve: a backdoor on " + internet + " would be open to others; listen on loopback");
    }
    try {
      while (true) {
        GreenSocket connection = listener.accept();
        Eventlet.spawn(() -> talk(connection, bindings));
      }
    } catch (IOClosedException closed) {
      return;
    }
  }

  private static void talk(GreenSocket connection, Map<String, ?> bindings) throws IOException {
    String session = UUID.randomUUID().toString();
    SESSIONS.put(session, Map.copyOf(bindings));
    try (connection;
        GreenFile file = connection.makeFile();
        JShell shell = Tpool.execute(() -> open(session))) {
      file.write("Greenloop backdoor, Java " + Runtime.version().feature() + "\n");
      while (true) {
        file.write(">>> ");
        file.flush();
        String line = file.readLine();
        if (line == null || line.strip().equals("quit")) {
          return;
        }
        file.write(Tpool.execute(() -> answer(shell, line.strip())));
      }
    } finally {
      SESSIONS.remove(session);
    }
  }

  private static JShell open(String session) {
    JShell shell = JShell.builder().executionEngine("local").build();
    shell.addToClasspath(System.getProperty("java.class.path", ""));
    SESSIONS
        .getOrDefault(session, Map.of())
        .forEach(
            (name, value) -> {
              String type = typeOf(value);
              shell.eval(
                  "%s %s = (%s) %s.binding(\"%s\", \"%s\");"
                      .formatted(type, name, type, Backdoor.class.getName(), session, name));
            });
    return shell;
  }

  private static String typeOf(Object value) {
    Class<?> type = value.getClass();
    String name = type.getCanonicalName();
    boolean seen = Modifier.isPublic(type.getModifiers());
    return name != null && seen ? name : "Object";
  }

  /** For the snippets that give a session its variables. */
  public static @Nullable Object binding(String session, String name) {
    return SESSIONS.getOrDefault(session, Map.of()).get(name);
  }

  private static String answer(JShell shell, String line) {
    var text = new StringBuilder();
    String rest = line;
    while (!rest.isBlank()) {
      var parsed = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      String source = parsed.source() == null ? rest : parsed.source();
      for (SnippetEvent event : shell.eval(source)) {
        describe(shell, event, text);
      }
      rest = parsed.source() == null ? "" : parsed.remaining();
    }
    return text.toString();
  }

  private static void describe(JShell shell, SnippetEvent event, StringBuilder text) {
    if (event.exception() instanceof EvalException thrown) {
      text.append(thrown.getExceptionClassName()).append(": ").append(thrown.getMessage());
      text.append('\n');
    } else if (event.status() == Snippet.Status.REJECTED) {
      shell
          .diagnostics(event.snippet())
          .forEach(d -> text.append("error: ").append(d.getMessage(null)).append('\n'));
    } else if (event.value() != null && !event.value().isEmpty()) {
      text.append(event.value()).append('\n');
    }
  }
}
