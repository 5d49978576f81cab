package io.greenloop.eventlet.internal;

import java.lang.reflect.Modifier;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.jspecify.annotations.Nullable;

/**
 * A session of snippets of Java, for the backdoors of both dialects. Slow: on a thread, not in the
 * loop. Needs the module {@code jdk.jshell}.
 */
public final class JavaPrompt implements AutoCloseable {
  /** What is said before a line is read. */
  public static final String SIGN = ">>> ";

  private static final Map<String, Map<String, Object>> SESSIONS = new ConcurrentHashMap<>();
  private static final Set<String> ENDS = Set.of("quit", "quit()", "exit", "exit()", "/exit");
  // It would end the JVM, where Python's sys.exit ends the session.
  private static final Pattern SYSTEM_EXIT = Pattern.compile("System\\.exit\\s*\\(.*\\)\\s*;?");

  private static final int STOPS = 100;
  private static final int BETWEEN_STOPS_MILLIS = 50;

  private final String session = UUID.randomUUID().toString();
  private final JShell shell;
  private boolean answering; // guarded by this, as is the next
  private boolean closed;

  /**
   * A new session.
   *
   * @param bindings its variables
   * @param holder a class that snippets can see, whose {@code binding(session, name)} is {@link
   *     #binding}
   */
  public JavaPrompt(Map<String, ?> bindings, Class<?> holder) {
    shell = JShell.builder().executionEngine("local").build();
    SESSIONS.put(session, Map.copyOf(bindings));
    shell.addToClasspath(System.getProperty("java.class.path", ""));
    bindings.forEach(
        (name, value) -> {
          String type = typeOf(value);
          shell.eval(
              "%s %s = (%s) %s.binding(\"%s\", \"%s\");"
                  .formatted(type, name, type, holder.getName(), session, name));
        });
  }

  private static String typeOf(Object value) {
    Class<?> type = value.getClass();
    String name = type.getCanonicalName();
    boolean seen = Modifier.isPublic(type.getModifiers());
    return name != null && seen ? name : "Object";
  }

  /**
   * Whoever connects may do anything, so only this machine may.
   *
   * @throws IllegalArgumentException if others can reach {@code address}, or it is not resolved
   */
  public static void requireLoopback(String operation, SocketAddress address) {
    if (!(address instanceof InetSocketAddress internet)) {
      return;
    }
    if (internet.isUnresolved()) {
      throw new IllegalArgumentException(
          operation + ": " + internet + " is not resolved; make it with new InetSocketAddress");
    }
    if (!internet.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          operation
              + ": a backdoor on "
              + internet
              + " would be open to others; listen on loopback");
    }
  }

  /** What a session says first. */
  public static String greeting() {
    return "Greenloop backdoor, Java " + Runtime.version().feature() + "\n";
  }

  /** Whether {@code line} asks for the end of the session. */
  public static boolean isEnd(String line) {
    return ENDS.contains(line.strip()) || SYSTEM_EXIT.matcher(line.strip()).matches();
  }

  /** A variable of a session. */
  public static @Nullable Object binding(String session, String name) {
    return SESSIONS.getOrDefault(session, Map.of()).get(name);
  }

  /** Runs {@code line}; returns what there is to say about it, in lines; nothing once closed. */
  public String answer(String line) {
    synchronized (this) {
      if (closed) {
        return "";
      }
      answering = true;
    }
    try {
      return run(line);
    } finally {
      boolean last;
      synchronized (this) {
        answering = false;
        last = closed;
        notifyAll();
      }
      if (last) {
        shell.close();
      }
    }
  }

  private String run(String line) {
    var text = new StringBuilder();
    String rest = line;
    while (!rest.isBlank() && !isClosed()) {
      var parsed = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      String source = parsed.source() == null ? rest : parsed.source();
      for (SnippetEvent event : shell.eval(source)) {
        describe(event, text);
      }
      Hubs.closeOrphans(); // a snippet that waited had a hub, on a thread that is over
      rest = parsed.source() == null ? "" : parsed.remaining();
    }
    return text.toString();
  }

  private void describe(SnippetEvent event, StringBuilder text) {
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

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Ends the session; a snippet under way is stopped. Does not wait. Idempotent. */
  @Override
  public void close() {
    SESSIONS.remove(session);
    boolean busy;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      busy = answering;
    }
    if (busy) {
      Thread.ofPlatform().daemon().name("greenloop-backdoor-stop").start(this::stopSnippet);
    } else {
      shell.close();
    }
  }

  /** More than once: a snippet that is still being compiled is not stopped by the first. */
  private void stopSnippet() {
    for (int i = 0; i < STOPS; i++) {
      shell.stop();
      synchronized (this) {
        if (!answering) {
          return;
        }
        try {
          wait(BETWEEN_STOPS_MILLIS);
        } catch (InterruptedException interrupted) {
          return;
        }
      }
    }
  }
}
