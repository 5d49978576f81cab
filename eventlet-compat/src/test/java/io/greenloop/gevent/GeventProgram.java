package io.greenloop.gevent;

import static java.time.temporal.ChronoUnit.MICROS;

import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs a program of {@code gevent_oracle.py}, which says what one is, and gives its trace. */
final class GeventProgram {
  private final TestLoop loop;
  private final Duration begin;
  private final List<String> trace = new ArrayList<>();
  private final Event event = new Event();
  private final AsyncResult<Integer> result = new AsyncResult<>();
  private final Queue<Integer> queue = new Queue<>(1);
  private final Semaphore semaphore = new Semaphore(1);
  private final List<Greenlet<String>> greenlets = new ArrayList<>();

  private GeventProgram(TestLoop loop, String program) {
    this.loop = loop;
    begin = loop.loop().time();
    String[] bodies = program.split("\\|");
    for (int i = 0; i < bodies.length; i++) {
      int number = i;
      List<String> operations = List.of(bodies[i].split(";"));
      greenlets.add(new Greenlet<>(() -> body(number, operations)));
    }
  }

  static String trace(String program) {
    try (TestLoop loop = TestLoop.virtual()) {
      String trace = loop.run(() -> new GeventProgram(loop, program).run());
      loop.errors();
      return trace;
    }
  }

  private String run() {
    greenlets.forEach(Greenlet::start);
    var done = Gevent.joinAll(greenlets, Duration.ofSeconds(20));
    note(Stream.concat(Stream.of("main", "joined"), done.stream().map(greenlets::indexOf)));
    for (int i = 0; i < greenlets.size(); i++) {
      Greenlet<String> greenlet = greenlets.get(i);
      Throwable thrown = greenlet.getException();
      Object value = greenlet.isKilled() ? "killed" : greenlet.getValue();
      note(
          "main",
          i,
          greenlet.isReady(),
          greenlet.isSuccessful(),
          value == null ? "-" : value,
          thrown == null ? "-" : thrown.getClass().getSimpleName());
    }
    return String.join(" ", trace);
  }

  private void note(Object... what) {
    note(Arrays.stream(what));
  }

  private void note(Stream<?> what) {
    long micros = loop.loop().time().minus(begin).toNanos() / 1000;
    trace.add("@" + micros + ":" + what.map(String::valueOf).collect(Collectors.joining(",")));
  }

  private String body(int me, List<String> operations) throws Exception {
    try {
      for (int at = 0; at < operations.size(); ) {
        at = step(me, operations, at);
      }
      return "end";
    } catch (GreenletExit exit) {
      note(me, "exit");
      throw exit;
    } catch (Timeout over) {
      note(me, "over");
      throw over;
    }
  }

  private int step(int me, List<String> operations, int at) throws Exception {
    String[] words = operations.get(at).split(" ");
    int[] numbers = Arrays.stream(words).skip(1).mapToInt(Integer::parseInt).toArray();
    if (!words[0].equals("limit")) {
      note(me, at, words[0], run(words[0], numbers, me));
      return at + 1;
    }
    int end = at + operations.subList(at, operations.size()).indexOf("end");
    var limit = new Timeout(Duration.of(numbers[0], MICROS));
    try {
      limit.<@Nullable Void>around(
          () -> {
            for (int inner = at + 1; inner < end; ) {
              inner = step(me, operations, inner);
            }
            return null;
          });
      note(me, at, "inside");
    } catch (Timeout over) {
      if (over != limit) {
        throw over;
      }
      note(me, at, "limit");
    }
    return end + 1;
  }

  private Object run(String name, int[] n, int me) {
    Duration time = n.length == 0 ? Duration.ZERO : Duration.of(n[n.length - 1], MICROS);
    return switch (name) {
      case "sleep" -> done(() -> Gevent.sleep(time));
      case "yield" -> done(Gevent::sleep);
      case "set" -> done(event::set);
      case "clear" -> done(event::clear);
      case "ewait" -> {
        event.await();
        yield true;
      }
      case "ewaitt" -> event.await(time);
      case "rset" -> done(() -> result.set(n[0]));
      case "rget" -> result.get();
      case "rgett" -> resultWithin(time);
      case "put" -> done(() -> queue.put(n[0]));
      case "puttn" -> queue.offer(n[0]);
      case "putt" -> {
        try {
          queue.put(n[0], time);
          yield "-";
        } catch (QueueFull full) {
          yield "full";
        }
      }
      case "get" -> queue.get();
      case "gett" -> {
        try {
          yield queue.get(time);
        } catch (QueueEmpty empty) {
          yield "empty";
        }
      }
      case "acq" -> {
        semaphore.acquire();
        yield true;
      }
      case "acqt" -> semaphore.acquire(time);
      case "tryacq" -> semaphore.tryAcquire();
      case "rel" -> semaphore.release();
      case "kill" -> done(() -> greenlets.get(n[0]).kill());
      case "killn" -> done(() -> greenlets.get(n[0]).kill(KillOptions.DEFAULT.nonBlocking()));
      case "link" -> {
        greenlets.get(n[0]).link(ended -> note("link", me, n[0]));
        yield "-";
      }
      case "join" -> n[0] == me ? "self" : done(() -> greenlets.get(n[0]).join());
      case "joint" -> n[0] == me ? "self" : greenlets.get(n[0]).join(time);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static String done(Runnable action) {
    action.run();
    return "-";
  }

  private Object resultWithin(Duration time) {
    try {
      return Objects.requireNonNull(result.get(time));
    } catch (Timeout over) {
      if (!over.limit().equals(java.util.Optional.of(time))) {
        throw over;
      }
      return "late";
    }
  }
}
