package io.greenloop.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.eventlet.Hub;
import io.greenloop.eventlet.Tpool;
import io.greenloop.examples.Patterns.Pattern;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What each pattern prints. */
@Timeout(60)
class PatternsTest {
  private static Map<String, List<String>> outputs(
      Map<String, Pattern> patterns, Supplier<TestLoop> loops) {
    var outputs = new HashMap<String, List<String>>();
    patterns.forEach(
        (name, pattern) -> {
          var lines = new ArrayList<String>();
          try (TestLoop t = loops.get()) {
            t.run(() -> pattern.run(lines::add));
            t.errors(); // who is killed while a connection is open hears of its end
          }
          outputs.put(name, lines);
        });
    return outputs;
  }

  @Test
  void gevent() {
    assertThat(outputs(GeventPatterns.ALL, TestLoop::virtual))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("joinall", List.of("body of bbb", "body of a")),
                Map.entry("crawler", List.of("body of a", "body of bb", "body of long")),
                Map.entry("producer-consumer", List.of("job 0", "job 1", "job 2", "job 3", "done")),
                Map.entry("sentinel", List.of("one", "two", "end")),
                Map.entry(
                    "hand-off",
                    List.of(
                        "a waiter got body of abc",
                        "a waiter got body of abc",
                        "main got body of abc")),
                Map.entry(
                    "start-gate", List.of("ready", "runner 1", "runner 2", "open again: false")),
                Map.entry("gate-for-three", List.of("at most 3 at once")),
                Map.entry(
                    "connection-pool",
                    List.of(
                        "request 0 on connection 1",
                        "request 1 on connection 2",
                        "request 2 on connection 1")),
                Map.entry("blocking-work", List.of("computed on a thread: 42")),
                Map.entry("from-a-thread", List.of("posted by a thread, run by the loop")),
                Map.entry("actor", List.of("received ping", "received pong")),
                Map.entry("periodic", List.of("tick", "tick")),
                Map.entry("first-wins", List.of("body of q")),
                Map.entry(
                    "per-request", List.of("request of ann", "request of bob", "main: nobody"))));
  }

  @Test
  void eventlet() {
    assertThat(outputs(EventletPatterns.ALL, TestLoop::virtual))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("crawler", List.of("body of long", "body of a", "body of bb")),
                Map.entry("fan-out", List.of("body of bb", "body of a")),
                Map.entry("fallback", List.of("none")),
                Map.entry("producer-consumer", List.of("job 0", "job 1", "job 2", "job 3", "done")),
                Map.entry("hand-off", List.of("body of abc")),
                Map.entry("periodic", List.of("tick", "tick")),
                Map.entry("blocking-work", List.of("computed on a thread: 42")),
                Map.entry(
                    "shared-resource",
                    List.of("0 had resource 0", "1 had resource 0", "2 had resource 0")),
                Map.entry("dependencies", List.of("a.o", "b.o", "exe", "3 targets")),
                Map.entry("kill-a-group", List.of("3 killed")),
                Map.entry("with-tasks", List.of("from a task", "to a task")),
                Map.entry("from-a-thread", List.of("from a thread"))));
    Tpool.killAll();
    Hub.current().close();
  }

  @Test
  void geventOverTheNetwork() {
    assertThat(outputs(GeventNetworkPatterns.ALL, TestLoop::real))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "timeout-around-a-read", List.of("no answer", "answered: false", "late"),
                "retry", List.of("attempt 1 failed", "attempt 2 failed", "at last"),
                "tcp-server", List.of("hello"),
                "udp-server", List.of("HELLO"),
                "stop-on-signal", List.of("before", "stopped, 0 left"),
                "subprocess", List.of("others run meanwhile", "one", "two", "exit code 0")));
  }

  @Test
  void eventletOverTheNetwork() {
    assertThat(outputs(EventletNetworkPatterns.ALL, TestLoop::real))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "chat", List.of("bob hears: bob is here", "bob hears: hello"),
                "accept-loop", List.of("bye"),
                "timeout-around-a-read", List.of("answered: false", "late"),
                "graceful-stop", List.of("accepts no more", "served to the end"),
                "proxy", List.of("heard me", "the end: true")));
  }

  @Test
  void aNameThatIsNoneIsRefusedWithThoseThatAre() {
    assertThatThrownBy(() -> Patterns.print(EventletNetworkPatterns.ALL, new String[] {"no"}))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'no' is none of [chat, accept-loop, timeout-around-a-read, graceful-stop, proxy]");
  }
}
