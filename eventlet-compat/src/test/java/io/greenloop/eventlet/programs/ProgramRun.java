package io.greenloop.eventlet.programs;

import static java.time.Duration.ofMillis;

import io.greenloop.LoopExit;
import io.greenloop.eventlet.Event;
import io.greenloop.eventlet.Eventlet;
import io.greenloop.eventlet.GreenPool;
import io.greenloop.eventlet.GreenThread;
import io.greenloop.eventlet.LightQueue;
import io.greenloop.eventlet.Queue;
import io.greenloop.eventlet.QueueEmptyException;
import io.greenloop.eventlet.QueueFullException;
import io.greenloop.eventlet.Semaphore;
import io.greenloop.eventlet.Timeout;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs a program on a loop with virtual time; the twin of {@code eventlet_oracle.py}. */
final class ProgramRun {
  private final Program program;
  private final TestLoop loop;
  private final List<String> trace = new ArrayList<>();
  private boolean over;
  private final List<@Nullable GreenThread<Integer>> handles = new ArrayList<>();
  private final List<Event<Integer>> events = List.of(new Event<>(), new Event<>());
  private final Queue<Integer> joined = new Queue<>();
  private final List<LightQueue<Integer>> queues =
      List.of(joined, new Queue<>(1), new LightQueue<>(0));
  private final List<Semaphore> semaphores = List.of(new Semaphore(1), new Semaphore(0));
  private final GreenPool pool = new GreenPool(2);

  private ProgramRun(Program program, TestLoop loop) {
    this.program = program;
    this.loop = loop;
  }

  static String trace(Program program) {
    try (TestLoop loop = TestLoop.virtual()) {
      var run = new ProgramRun(program, loop);
      loop.run(run::main);
      loop.errors();
      return String.join(" ", run.trace);
    }
  }

  private void note(String who, String what) {
    if (!over) {
      trace.add(who + ":" + what + "@" + loop.loop().time().toMillis());
    }
  }

  private void main() throws Exception {
    try {
      ops("m", program.bodies().getFirst(), false);
      Eventlet.sleep(ofMillis(1000));
      note("m", "end");
    } catch (LoopExit deadLock) {
      trace.add("m:deadlock"); // eventlet's comes after timers that do nothing any more
    }
    over = true;
  }

  private int thread(int number, int body, boolean worker) throws Exception {
    String who = String.valueOf(number);
    note(who, "start");
    try {
      ops(who, program.bodies().get(body), worker);
    } finally {
      note(who, "end");
    }
    return number;
  }

  private void ops(String who, List<String> ops, boolean worker) throws Exception {
    for (int i = 0; i < ops.size(); i++) {
      String[] op = ops.get(i).split(",");
      if (op[0].equals("timeout")) {
        int count = Math.min(Integer.parseInt(op[2]), ops.size() - i - 1);
        List<String> inner = ops.subList(i + 1, i + 1 + count);
        i += count;
        boolean done =
            Timeout.silent(ofMillis(Integer.parseInt(op[1])), () -> ops(who, inner, worker));
        note(who, "timeout=" + (done ? "done" : "over"));
      } else {
        one(who, op, worker);
      }
    }
  }

  private void one(String who, String[] op, boolean worker) throws Exception {
    Object result;
    try {
      result = call(who, op, worker);
    } catch (GreenletExit exit) {
      note(who, op[0] + "=killed");
      if (op[0].equals("wait")) {
        return;
      }
      throw exit;
    } catch (QueueEmptyException empty) {
      result = "Empty";
    } catch (QueueFullException full) {
      result = "Full";
    } catch (LoopExit deadLock) {
      throw deadLock;
    } catch (IllegalStateException | IllegalArgumentException refused) {
      result = "refused";
    } catch (ArithmeticException failed) {
      result = "failed";
    }
    if (result != null) {
      note(who, op[0] + "=" + result);
    }
    if (op[0].equals("fail")) {
      throw new ArithmeticException("fail");
    }
  }

  private @Nullable Object call(String who, String[] op, boolean worker) throws Exception {
    int n = op.length > 1 ? Integer.parseInt(op[1]) : 0;
    int m = op.length > 2 ? Integer.parseInt(op[2]) : 0;
    return switch (op[0]) {
      case "spawn", "after", "pool" -> worker && op[0].equals("pool") ? null : spawn(op[0], n, m);
      case "wait", "kill", "cancel", "link" -> toHandle(who, op[0], n);
      case "sleep" -> {
        Eventlet.sleep(ofMillis(n));
        yield "";
      }
      case "send" -> {
        events.get(n).send(m);
        yield "sent";
      }
      case "await" -> events.get(n).await();
      case "awaitfor" -> events.get(n).await(ofMillis(m)).map(String::valueOf).orElse(null);
      case "put" -> {
        queues.get(n).put(m);
        yield "put";
      }
      case "putfor" -> {
        queues.get(n).put(7, ofMillis(m));
        yield "put";
      }
      case "putnow" -> n == 2 ? null : queues.get(n).tryPut(m) ? "put" : "Full";
      case "get" -> queues.get(n).get();
      case "getfor" -> queues.get(n).get(ofMillis(m));
      case "getnow" -> n == 2 ? null : queues.get(n).tryGet().map(String::valueOf).orElse("Empty");
      case "done" -> {
        joined.taskDone();
        yield "done";
      }
      case "join" -> {
        joined.join();
        yield "joined";
      }
      case "acquire" -> {
        semaphores.get(n).acquire();
        yield "True";
      }
      case "acquirefor" -> python(semaphores.get(n).tryAcquire(ofMillis(m)));
      case "try" -> python(semaphores.get(n).tryAcquire());
      case "release" -> {
        semaphores.get(n).release();
        yield semaphores.get(n).balance();
      }
      case "waitall" -> {
        if (worker) {
          yield null;
        }
        pool.awaitAll();
        yield pool.free();
      }
      case "counts" -> pool.running() + "/" + pool.free() + "/" + pool.waiting();
      default -> null;
    };
  }

  private int spawn(String how, int body, int millis) {
    int number = handles.size();
    handles.add(null);
    handles.set(
        number,
        switch (how) {
          case "spawn" -> Eventlet.spawn(() -> thread(number, body, false));
          case "after" -> Eventlet.spawnAfter(ofMillis(millis), () -> thread(number, body, false));
          default -> pool.spawn(() -> thread(number, body, true));
        });
    return number;
  }

  private @Nullable Object toHandle(String who, String what, int n) {
    int number = handles.isEmpty() ? 0 : n % handles.size();
    GreenThread<Integer> handle = handles.isEmpty() ? null : handles.get(number);
    if (handle == null || who.equals(String.valueOf(number))) {
      return null;
    }
    return switch (what) {
      case "wait" -> handle.await();
      case "kill" -> {
        handle.kill();
        yield number;
      }
      case "cancel" -> {
        handle.cancel();
        yield number;
      }
      default -> {
        handle.link(ended -> note(who, "linked " + number));
        yield null;
      }
    };
  }

  private static String python(boolean value) {
    return value ? "True" : "False";
  }
}
