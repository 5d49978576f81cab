package io.greenloop.eventlet;

import io.greenloop.eventlet.internal.Handover;
import io.greenloop.eventlet.internal.JavaPrompt;
import java.io.IOException;
import java.util.Map;
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
    JavaPrompt.requireLoopback("serve", listener.localAddress());
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
    try (connection;
        GreenFile file = connection.makeFile();
        JavaPrompt prompt =
            Handover.from(Tpool::execute, () -> new JavaPrompt(bindings, Backdoor.class))) {
      file.write(JavaPrompt.greeting());
      while (true) {
        file.write(JavaPrompt.SIGN);
        file.flush();
        String line = file.readLine();
        if (line == null || JavaPrompt.isEnd(line)) {
          return;
        }
        file.write(Tpool.execute(() -> prompt.answer(line.strip())));
      }
    }
  }

  /** For the snippets that give a session its variables. */
  public static @Nullable Object binding(String session, String name) {
    return JavaPrompt.binding(session, name);
  }
}
