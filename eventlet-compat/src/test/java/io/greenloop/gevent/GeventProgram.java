package io.greenloop.gevent;

import static java.time.temporal.ChronoUnit.MICROS;

import io.greenloop.eventlet.programs.Program;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs a program on a loop with virtual time; the twin of {@code gevent_oracle.py}. */
final class GeventProgram {
  private final TestLoop loop;
  private final Duration begin;
  private final Program program;
  private final List<String> trace = new ArrayList<>();
  private final Event event = new Event();
  private final AsyncResult<Integer> result = new AsyncResult<>();
  private final Queue<Integer> queue = new Queue<>(1);
  private final Semaphore semaphore = new Semaphore(1);
  private final Pool pool = new Pool(2);
  private final List<Greenlet<String>> greenlets = new ArrayList<>();

  /** What a body throws of its own accord. */
  private static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private GeventProgram(TestLoop loop, Program program) {
    this.loop = loop;
    this.program = program;
    begin = loop.loop().time();
  }

  static String trace(Program program) {
    try (TestLoop loop = TestLoop.virtual()) {
      String trace = loop.run(() -> new GeventProgram(loop, program).run());
      loop.errors();
      return trace;
    }
  }

  private String run() {
    for (int body = 0; body < program.bodies().size(); body++) {
      made(body);
    }
    List<Greenlet<String>> first = List.copyOf(greenlets);
    first.forEach(Greenlet::start);
    var done = Gevent.joinAll(first, Duration.ofSeconds(20));
    note(Stream.concat(Stream.of("main", "joined"), done.stream().map(greenlets::indexOf)));
    for (int i = 0; i < greenlets.size(); i++) {
      Greenlet<String> greenlet = greenlets.get(i);
      Throwable thrown = greenlet.getException();
      String value = greenlet.isKilled() ? "killed" : greenlet.getValue();
      note(
          Stream.of(
              "main",
              i,
              greenlet.isReady(),
              greenlet.isSuccessful(),
              value == null ? "-" : value,
              thrown == null ? "-" : thrown.getClass().getSimpleName()));
    }
    return String.join(" ", trace);
  }

  private Greenlet<String> made(int body) {
    int number = greenlets.size();
    Greenlet<String> made = new Greenlet<>(() -> body(number, program.bodies().get(body)));
    greenlets.add(made);
    return made;
  }

  private void note(int me, String operation, Object what) {
    note(Stream.of(me, operation + "=" + text(what)));
  }

  private void note(Stream<?> what) {
    long micros = loop.loop().time().minus(begin).toNanos() / 1000;
    trace.add("@" + micros + ":" + what.map(GeventProgram::text).collect(Collectors.joining(",")));
  }

  private static String text(@Nullable Object what) {
    return what == null // gevent gives the exit as the value
        ? "killed"
        : what instanceof List<?> list
            ? list.stream().map(GeventProgram::text).collect(Collectors.joining(", ", "[", "]"))
            : String.valueOf(what);
  }

  private String body(int me, List<String> ops) throws Exception {
    try {
      ops(me, ops);
      return "end";
    } catch (GreenletExit exit) {
      note(Stream.of(me, "exit"));
      throw exit;
    } catch (Timeout over) {
      note(Stream.of(me, "over"));
      throw over;
    }
  }

  private void ops(int me, List<String> ops) throws Exception {
    for (int i = 0; i < ops.size(); i++) {
      String[] op = ops.get(i).split(",");
      int[] numbers = Arrays.stream(op).skip(1).mapToInt(Integer::parseInt).toArray();
      if (op[0].equals("timeout")) {
        List<String> inner = ops.subList(i + 1, Math.min(ops.size(), i + 1 + numbers[1]));
        i += numbers[1];
        within(me, new Timeout(Duration.of(numbers[0] + 1, MICROS)), inner);
      } else {
        note(me, op[0], call(me, op[0], numbers));
      }
    }
  }

  private void within(int me, Timeout limit, List<String> ops) throws Exception {
    try {
      limit.<@Nullable Void>around(
          () -> {
            ops(me, ops);
            return null;
          });
      note(me, "timeout", "done");
    } catch (Timeout over) {
      if (over != limit) {
        throw over;
      }
      note(me, "timeout", "over");
    }
  }

  private Object call(int me, String name, int[] n) throws Exception {
    Duration time = n.length == 0 ? Duration.ZERO : Duration.of(n[n.length - 1] + 1, MICROS);
    return switch (name) {
      case "sleep" -> done(() -> Gevent.sleep(time));
      case "yield" -> done(Gevent::sleep);
      case "fail" -> throw new Failure();
      case "spawn", "later" -> spawn(name, n[0], time);
      case "set", "clear", "ewait", "ewaitt", "rset", "rget", "rgett" -> toEvents(name, n, time);
      case "put", "puttn", "putt", "get", "gett" -> toQueue(name, n, time);
      case "acq" -> {
        semaphore.acquire();
        yield true;
      }
      case "acqt" -> semaphore.acquire(time);
      case "tryacq" -> semaphore.tryAcquire();
      case "rel" -> semaphore.release();
      case "kill", "killn", "link", "join", "joint", "gget", "ggett" ->
          toGreenlet(me, name, greenlets.get(n[0] % greenlets.size()), time);
      default -> toPool(name, n, time);
    };
  }

  private int spawn(String how, int body, Duration time) {
    Greenlet<String> made = made(body);
    if (how.equals("spawn")) {
      made.start();
    } else {
      made.startLater(time);
    }
    return greenlets.indexOf(made);
  }

  private Object toEvents(String name, int[] n, Duration time) {
    return switch (name) {
      case "set" -> done(event::set);
      case "clear" -> done(event::clear);
      case "ewait" -> {
        event.await();
        yield true;
      }
      case "ewaitt" -> event.await(time);
      case "rset" -> done(() -> result.set(n[0]));
      case "rget" -> result.get();
      default -> {
        try {
          yield Objects.requireNonNull(result.get(time));
        } catch (Timeout over) {
          yield late(over, time);
        }
      }
    };
  }

  private static String late(Timeout over, Duration time) {
    if (!over.limit().equals(Optional.of(time))) {
      throw over;
    }
    return "late";
  }

  private Object toQueue(String name, int[] n, Duration time) {
    try {
      return switch (name) {
        case "put" -> done(() -> queue.put(n[0]));
        case "puttn" -> queue.offer(n[0]);
        case "putt" -> done(() -> queue.put(n[0], time));
        case "get" -> queue.get();
        default -> queue.get(time);
      };
    } catch (QueueFull full) {
      return "full";
    } catch (QueueEmpty empty) {
      return "empty";
    }
  }

  private Object toGreenlet(int me, String name, Greenlet<String> other, Duration time)
      throws Exception {
    int number = greenlets.indexOf(other);
    if (me == number && !name.startsWith("k") && !name.equals("link")) {
      return "self";
    }
    return switch (name) {
      case "kill" -> done(other::kill);
      case "killn" -> done(() -> other.kill(KillOptions.DEFAULT.nonBlocking()));
      case "link" -> {
        other.link(ended -> note(Stream.of("link", me, number)));
        yield "-";
      }
      case "join" -> done(other::join);
      case "joint" -> other.join(time);
      default -> {
        try {
          yield name.equals("gget") ? other.getOrNull() : other.get(time);
        } catch (GreenletExit exit) {
          if (other.failure() != exit) {
            throw exit; // its own
          }
          yield "killed"; // gevent gives the exit as the value
        } catch (Failure failed) {
          yield "failed";
        } catch (Timeout over) {
          yield late(over, time);
        }
      }
    };
  }

  private Object toPool(String name, int[] n, Duration time) {
    return switch (name) {
      case "pool", "poolt", "poolnow" -> spawnInPool(name, n[0], time);
      case "pjoin" -> {
        pool.join();
        yield true;
      }
      case "pjoint" -> pool.join(time);
      case "pkill" -> done(pool::killAll);
      case "pkilln" -> done(() -> pool.killAll(KillOptions.DEFAULT.nonBlocking()));
      case "pavail" -> pool.awaitAvailable(time);
      case "pcounts" -> pool.size() + "/" + pool.freeCount();
      case "papply" -> pool.<Object>apply(() -> slept(n[0]));
      case "pmap" ->
          pool.<Integer, Object>map(GeventProgram::slept, IntStream.of(n).boxed().toList());
      case "pimap" -> {
        List<Object> came = new ArrayList<>();
        pool.<Integer, Object>imapUnordered(GeventProgram::slept, IntStream.of(n).boxed().toList())
            .forEachRemaining(came::add);
        yield came;
      }
      default -> throw new IllegalArgumentException(name);
    };
  }

  private Object spawnInPool(String how, int body, Duration time) {
    if (how.equals("pool") && Gevent.current().filter(pool::contains).isPresent()) {
      return "member"; // it may wait for itself: gevent's hangs, and this one says so
    }
    Greenlet<String> made = made(body);
    try {
      switch (how) {
        case "pool" -> pool.start(made);
        case "poolt" -> pool.start(made, time);
        default -> pool.start(made, Duration.ZERO);
      }
      return greenlets.indexOf(made);
    } catch (PoolFullException full) {
      return "full";
    }
  }

  private static int slept(int micros) {
    Gevent.sleep(Duration.of(micros + 1, MICROS));
    return micros;
  }

  private static String done(Runnable action) {
    action.run();
    return "-";
  }
}
