package io.greenloop;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class ContextTest {
  private final ContextVar<String> var = ContextVar.create("v", "default");

  @Test
  @Parity({"CTX-1", "AC-tasks-the-rest.21"})
  void aTaskHasACopyTakenAtItsCreation(TestLoop t) {
    t.run(
        () -> {
          var.set("at creation");
          var task =
              spawn(
                  () -> {
                    t.note(var.get());
                    var.set("inside");
                    yieldNow();
                    t.note(var.get());
                    deeper(t);
                    return 0;
                  });
          var.set("later");
          task.join();
          t.note(var.get());
        });

    assertThat(t.trail()).containsExactly("at creation@0", "inside@0", "inside@0", "later@0");
  }

  private void deeper(TestLoop t) {
    t.note(var.get());
  }

  @Test
  @Parity({"CTX-1", "CTX-5", "AC-tasks-the-rest.21"})
  void aGivenContextIsUsedItselfAndMayBeShared(TestLoop t) {
    t.run(
        () -> {
          var shared = new TaskContext();
          var options = TaskOptions.DEFAULT.context(shared);
          var first = spawn(options, () -> var.set("by the first"));
          assertThat(first.context()).isSameAs(shared);
          first.join();
          var second = spawn(options, var::get);
          assertThat(second.join()).isEqualTo("by the first");
          assertThat(var.get()).isEqualTo("default");
        });
  }

  @Test
  @Parity({"CTX-2", "CTX-5", "LOOP-2", "AC-tasks-the-rest.21"})
  void callbacksRunInACopyOfTheRegisteringContextOrInTheOneGiven(TestLoop t) {
    t.run(
        () -> {
          var.set("registrar");
          var handle = t.loop().callSoon(() -> t.note("soon " + var.set("written in a callback")));
          t.loop().callLater(ofMillis(1), () -> t.note("later " + var.get()));
          t.loop().callAt(t.loop().time().plusMillis(2), () -> t.note("at " + var.get()));
          t.loop().callSoonThreadsafe(() -> t.note("threadsafe " + var.get()));
          var given = new TaskContext();
          var withGiven = t.loop().callSoon(given, () -> t.note("given " + var.set("kept")));
          var.set("changed");
          assertThat(handle.context()).isNotNull();
          assertThat(withGiven.context()).isSameAs(given);
          sleep(ofMillis(5));
          t.loop().callSoon(given, () -> t.note("again " + var.get()));
          yieldNow();
          t.note(var.get());
        });

    assertThat(t.trail())
        .containsExactly(
            "soon registrar@0",
            "threadsafe registrar@0",
            "given null@0",
            "later registrar@1",
            "at registrar@2",
            "again kept@5",
            "changed@5");
  }

  @Test
  @Parity({"CTX-4", "TASK-34", "LOOP-16", "AC-threads.1"})
  void toThreadTakesACopyRunInExecutorDoesNot(TestLoop t) {
    t.run(
        () -> {
          var.set("task");
          assertThat(
                  Aio.toThread(
                          () -> {
                            String seen = var.get();
                            var.set("thread");
                            return seen;
                          })
                      .join())
              .isEqualTo("task");
          assertThat(var.get()).isEqualTo("task");
          assertThat(Aio.<String>runInExecutor(null, var::get).join()).isEqualTo("default");
        });
  }

  @Test
  void aVariableWithoutValueOrDefaultSaysSo() {
    ContextVar<String> bare = ContextVar.create("request");
    assertThat(bare.getOrNull()).isNull();
    assertThatThrownBy(bare::get)
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("ContextVar 'request' has no value here and no default; set it first");
    assertThat(bare.name()).isEqualTo("request");
    assertThat(bare).hasToString("ContextVar 'request'");
    bare.set("x");
    assertThat(bare.get()).isEqualTo("x");
    bare.set(null);
  }

  @Seeds(50)
  @Parity("AC-tasks-the-rest.21")
  void manyInterleavedTasksEachSeeTheirOwn(TestLoop t, long seed) {
    t.run(
        () -> {
          var tasks = new ArrayList<Task<?>>();
          for (int i = 0; i < 10; i++) {
            String me = seed + ":" + i;
            tasks.add(
                spawn(
                    () -> {
                      for (int step = 0; step < 5; step++) {
                        var.set(me + step);
                        yieldNow();
                        assertThat(var.get()).isEqualTo(me + step);
                        sleep(ofMillis(1));
                        assertThat(var.get()).isEqualTo(me + step);
                      }
                      return 0;
                    }));
          }
          for (Task<?> task : tasks) {
            task.join();
          }
          assertThat(var.get()).isEqualTo("default");
        });
  }
}
