package io.greenloop.gevent;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.greenloop.eventlet.internal.Handover;
import io.greenloop.eventlet.internal.JavaPrompt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Java prompt in the running program, over the network (Python: {@code
 * gevent.backdoor.BackdoorServer}). Whoever connects may do anything, and nobody is asked who they
 * are: it listens on loopback, or on a Unix socket. Needs the module {@code jdk.jshell}.
 *
 * <p>A snippet runs on a thread of the hub's thread pool, beside the loop: gevent's functions have
 * a hub of their own there, and what belongs to the loop is reached by {@link Loop#post}. {@code
 * quit}, {@code exit} and {@code System.exit(…)} end the session, and nothing else.
 *
 * <p><b>Room:</b> the loop on which it was made.
 */
public final class BackdoorServer extends StreamServer {
  /** A prompt on {@code listener} without variables. */
  public BackdoorServer(SocketAddress listener) {
    this(listener, Map.of(), null);
  }

  /**
   * A prompt on {@code listener}.
   *
   * @param bindings variables of each session (Python: {@code locals})
   * @param banner said first in each session; null for none
   * @throws IllegalArgumentException if {@code listener} can be reached from other machines
   */
  public BackdoorServer(SocketAddress listener, Map<String, ?> bindings, @Nullable String banner) {
    super(listener, (socket, caller) -> talk(socket, Map.copyOf(bindings), banner));
    JavaPrompt.requireLoopback("new BackdoorServer", listener);
  }

  private static void talk(GeventSocket socket, Map<String, ?> bindings, @Nullable String banner)
      throws IOException {
    ThreadPool threads = Gevent.hub().threadPool();
    JavaPrompt prompt =
        Handover.from(threads::apply, () -> new JavaPrompt(bindings, BackdoorServer.class));
    try {
      say(socket, (banner == null ? "" : banner + "\n") + JavaPrompt.greeting());
      while (true) {
        say(socket, JavaPrompt.SIGN);
        String line = readLine(socket);
        if (line == null || JavaPrompt.isEnd(line)) {
          return;
        }
        say(socket, threads.apply(() -> prompt.answer(line.strip())));
      }
    } finally {
      prompt.close();
    }
  }

  private static void say(GeventSocket socket, String text) throws IOException {
    socket.sendAll(text.getBytes(UTF_8));
  }

  /** A line, byte by byte: what is behind it is the next one's. Null at the end. */
  private static @Nullable String readLine(GeventSocket socket) throws IOException {
    var line = new ByteArrayOutputStream();
    for (byte[] next = socket.receive(1); next.length > 0; next = socket.receive(1)) {
      if (next[0] == '\n') {
        return line.toString(UTF_8);
      }
      line.write(next[0]);
    }
    return null;
  }

  /** For the snippets that give a session its variables. */
  public static @Nullable Object binding(String session, String name) {
    return JavaPrompt.binding(session, name);
  }
}
