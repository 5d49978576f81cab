package io.greenloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What other threads do to a loop, its turns and its close, in every order. A step of another
 * thread has one effect on the loop, an entry in its inbox, so the orders of whole steps are all
 * that the loop can see; that the entry itself is atomic is shown by {@code InboxTest} and {@code
 * CloseRaceTest}.
 */
class CrossThreadOrdersTest {
  /** Runs {@code step} on a thread that has never been on the loop. */
  private static void elsewhere(Callable<?> step) {
    var task = new FutureTask<Object>(step::call);
    Thread thread = Thread.ofPlatform().start(task);
    try {
      thread.join();
      task.get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void turns(EventLoop loop) {
    for (int i = 0; i < 4; i++) {
      loop.callSoon(loop::stop);
      loop.runForever();
    }
  }

  /** One program: named steps, and what holds after them and the close. */
  private interface Program {
    Map<String, Runnable> steps(EventLoop loop);

    void check(List<String> order);
  }

  private interface Programs {
    Program make();
  }

  /** Every order of the steps; the close comes last, or in the place of each step. */
  private static void inEveryOrder(Programs programs) {
    List<String> names;
    try (var t = TestLoop.virtual()) {
      names = List.copyOf(programs.make().steps(t.loop()).keySet());
    }
    for (List<String> order : permutations(names)) {
      for (int closeAt = 0; closeAt <= order.size(); closeAt++) {
        runOnce(programs.make(), order, closeAt);
      }
    }
  }

  private static void runOnce(Program program, List<String> order, int closeAt) {
    var done = new ArrayList<String>();
    try (var t = TestLoop.virtual()) {
      Map<String, Runnable> steps = program.steps(t.loop());
      for (int i = 0; i <= order.size(); i++) {
        if (i == closeAt) {
          done.add("close");
          t.loop().close();
        }
        if (i < order.size() && !(t.loop().isClosed() && order.get(i).startsWith("turn"))) {
          done.add(order.get(i));
          steps.get(order.get(i)).run();
        }
      }
      program.check(done);
      assertThat(t.errors()).as("%s", done).isEmpty();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("in the order " + done, e);
    }
  }

  private static List<List<String>> permutations(List<String> names) {
    if (names.isEmpty()) {
      return List.of(List.of());
    }
    var all = new ArrayList<List<String>>();
    for (String first : names) {
      var rest = new ArrayList<>(names);
      rest.remove(first);
      for (List<String> tail : permutations(rest)) {
        var order = new ArrayList<String>();
        order.add(first);
        order.addAll(tail);
        all.add(order);
      }
    }
    return all;
  }

  /** Whether {@code first} comes before {@code second}, and both do come. */
  private static boolean before(List<String> order, String first, String second) {
    int at = order.indexOf(first);
    return at >= 0 && at < order.indexOf(second);
  }

  // ---- callbacks ---------------------------------------------------------------------------

  @Test
  @Parity("LOOP-3")
  void aCallbackThatWasAcceptedRunsOnceInItsTurnAndNoneAfterTheClose() {
    inEveryOrder(Callbacks::new);
  }

  private static final class Callbacks implements Program {
    private final List<String> ran = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();

    @Override
    public Map<String, Runnable> steps(EventLoop loop) {
      Map<String, Runnable> steps = new LinkedHashMap<>();
      for (String name : List.of("a", "b")) {
        steps.put(name, () -> elsewhere(() -> post(loop, name)));
      }
      steps.put("turn 1", () -> turns(loop));
      steps.put("turn 2", () -> turns(loop));
      return steps;
    }

    private boolean post(EventLoop loop, String name) {
      try {
        loop.callSoonThreadsafe(() -> ran.add(name));
      } catch (LoopClosedException e) {
        refused.add(name);
      }
      return true;
    }

    @Override
    public void check(List<String> order) {
      var expected = new ArrayList<String>();
      var late = new ArrayList<String>();
      for (String name : order) {
        if (name.length() == 1) {
          boolean hadItsTurn = before(order, name, "turn 1") || before(order, name, "turn 2");
          if (before(order, "close", name)) {
            late.add(name);
          } else if (hadItsTurn) {
            expected.add(name);
          }
        }
      }
      assertThat(ran).isEqualTo(expected);
      assertThat(refused).isEqualTo(late);
    }
  }

  // ---- jobs of an executor -----------------------------------------------------------------

  @Test
  void theEndOfAJobACancelAndTheCloseInEveryOrder() {
    inEveryOrder(Jobs::new);
  }

  private static final class Jobs implements Program {
    private final ArrayDeque<Runnable> jobs = new ArrayDeque<>();
    private final AtomicInteger runs = new AtomicInteger();
    private LoopFuture<String> future;

    @Override
    public Map<String, Runnable> steps(EventLoop loop) {
      future = loop.runInExecutor(jobs::add, this::job);
      Map<String, Runnable> steps = new LinkedHashMap<>();
      steps.put(
          "job",
          () ->
              elsewhere(
                  () -> {
                    jobs.remove().run();
                    return null;
                  }));
      steps.put("cancel", () -> cancel(loop));
      steps.put("turn 1", () -> turns(loop));
      steps.put("turn 2", () -> turns(loop));
      return steps;
    }

    private String job() {
      runs.incrementAndGet();
      return "result";
    }

    private void cancel(EventLoop loop) {
      if (!loop.isClosed()) {
        future.cancel();
      }
    }

    @Override
    public void check(List<String> order) {
      boolean arrived =
          (before(order, "job", "turn 1")
                  && !before(order, "cancel", "turn 1")
                  && !before(order, "close", "turn 1"))
              || (before(order, "job", "turn 2")
                  && !before(order, "cancel", "turn 2")
                  && !before(order, "close", "turn 2"));
      boolean cancelled = before(order, "cancel", "close") && !arrived;
      assertThat(future.isDone()).isEqualTo(arrived || cancelled);
      assertThat(future.isDone() && future.isCancelled()).isEqualTo(cancelled);
      assertThat(runs.get()).isEqualTo(cancelled && before(order, "cancel", "job") ? 0 : 1);
    }
  }

  // ---- what is submitted -------------------------------------------------------------------

  @Test
  @Parity("AC-tasks-the-rest.19")
  void whoSubmittedIsToldWhateverComesFirst() {
    inEveryOrder(Submissions::new);
  }

  private static final class Submissions implements Program {
    private final AtomicInteger runs = new AtomicInteger();
    private CompletableFuture<String> result;
    private boolean refused;

    @Override
    public Map<String, Runnable> steps(EventLoop loop) {
      Map<String, Runnable> steps = new LinkedHashMap<>();
      steps.put("submit", () -> elsewhere(() -> submit(loop)));
      steps.put("cancel", () -> elsewhere(() -> result != null && result.cancel(true)));
      steps.put("turn 1", () -> turns(loop));
      steps.put("turn 2", () -> turns(loop));
      return steps;
    }

    private boolean submit(EventLoop loop) {
      try {
        result =
            loop.submit(
                () -> {
                  runs.incrementAndGet();
                  return "result";
                });
        return true;
      } catch (LoopClosedException closed) {
        refused = true;
        return false;
      }
    }

    @Override
    public void check(List<String> order) {
      assertThat(refused).isEqualTo(before(order, "close", "submit"));
      if (refused) {
        assertThat(runs).hasValue(0);
        return;
      }
      boolean ran = false;
      for (String turn : List.of("turn 1", "turn 2")) {
        ran |= before(order, "submit", turn) && !cancelledBefore(order, turn);
      }
      assertThat(runs).hasValue(ran ? 1 : 0);
      assertThat(result.isDone()).isTrue();
      if (ran) {
        assertThat(result.join()).isEqualTo("result");
      } else if (before(order, "submit", "cancel") && before(order, "cancel", "close")) {
        assertThat(result.isCancelled()).isTrue();
      } else {
        assertThat(result.exceptionNow()).isInstanceOf(LoopClosedException.class);
      }
    }

    private static boolean cancelledBefore(List<String> order, String turn) {
      return before(order, "submit", "cancel") && before(order, "cancel", turn);
    }
  }

  // ---- stages that others complete ---------------------------------------------------------

  @Test
  void aStageThatIsCompletedElsewhereCancelledAndClosedInEveryOrder() {
    inEveryOrder(Stages::new);
  }

  private static final class Stages implements Program {
    private final CompletableFuture<String> stage = new CompletableFuture<>();
    private LoopFuture<String> future;

    @Override
    public Map<String, Runnable> steps(EventLoop loop) {
      Bridges bridges = new Bridges(loop);
      future = bridges.wrap(stage);
      Map<String, Runnable> steps = new LinkedHashMap<>();
      steps.put("complete", () -> elsewhere(() -> stage.complete("result")));
      steps.put(
          "cancel",
          () -> {
            if (!loop.isClosed()) {
              future.cancel();
            }
          });
      steps.put("turn 1", () -> turns(loop));
      steps.put("turn 2", () -> turns(loop));
      return steps;
    }

    @Override
    public void check(List<String> order) {
      boolean arrived = false;
      for (String turn : List.of("turn 1", "turn 2")) {
        arrived |= before(order, "complete", turn) && !before(order, "cancel", turn);
      }
      boolean cancelled = before(order, "cancel", "close") && !arrived;
      assertThat(future.isDone()).isEqualTo(arrived || cancelled);
      assertThat(future.isDone() && future.isCancelled()).isEqualTo(cancelled);
      if (arrived) {
        assertThat(future.getNow()).isEqualTo("result");
      }
      if (cancelled && before(order, "cancel", "complete")) {
        assertThat(stage.isCancelled()).isTrue();
      }
    }
  }

  // ---- the loop as an executor -------------------------------------------------------------

  @Test
  void aJobOfTheLoopsExecutorEndsWhateverComesFirst() {
    inEveryOrder(ExecutorJobs::new);
  }

  private static final class ExecutorJobs implements Program {
    private final AtomicInteger runs = new AtomicInteger();
    private ScheduledExecutorService executor;
    private Future<?> job;
    private boolean refused;

    @Override
    public Map<String, Runnable> steps(EventLoop loop) {
      executor = loop.asExecutor();
      Map<String, Runnable> steps = new LinkedHashMap<>();
      steps.put("submit", () -> elsewhere(this::submit));
      steps.put("cancel", () -> elsewhere(() -> job != null && job.cancel(true)));
      steps.put(
          "shutdown",
          () ->
              elsewhere(
                  () -> {
                    executor.shutdown();
                    return null;
                  }));
      steps.put("turn 1", () -> turns(loop));
      return steps;
    }

    private boolean submit() {
      try {
        job = executor.submit(runs::incrementAndGet);
      } catch (RejectedExecutionException e) {
        refused = true;
      }
      return true;
    }

    @Override
    public void check(List<String> order) {
      boolean late = before(order, "close", "submit") || before(order, "shutdown", "submit");
      assertThat(refused).isEqualTo(late);
      assertThat(executor.isTerminated()).isTrue();
      if (refused) {
        assertThat(runs).hasValue(0);
        return;
      }
      boolean ran =
          before(order, "submit", "turn 1")
              && !(before(order, "submit", "cancel") && before(order, "cancel", "turn 1"));
      assertThat(runs).hasValue(ran ? 1 : 0);
      assertThat(job.isDone()).isTrue();
      if (!ran) {
        assertThat(job.isCancelled()).isTrue();
        assertThatThrownBy(job::get).isInstanceOf(CancellationException.class);
      }
      assertThat(executor.shutdownNow()).isEmpty();
    }
  }

  @Test
  void awaitingTheEndOfAnExecutorThatIsShutDownAfterTheCloseReturns() throws Exception {
    ScheduledExecutorService executor;
    try (var t = TestLoop.virtual()) {
      executor = t.loop().asExecutor();
      executor.submit(() -> "never runs");
    }
    executor.shutdown();

    assertThat(executor.awaitTermination(0, TimeUnit.SECONDS)).isTrue();
  }
}
