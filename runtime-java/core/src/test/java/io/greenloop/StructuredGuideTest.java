package io.greenloop;

import static io.greenloop.Aio.firstSuccess;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.race;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.staggeredRace;
import static io.greenloop.Aio.timeout;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.ChildOptions.OnFailure;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The code of the guide's pages about groups and about cancelling. */
class StructuredGuideTest {
  private static String fetch(String name, Duration takes) {
    sleep(takes);
    return name;
  }

  private static String broken(String name) throws IOException {
    throw new IOException(name);
  }

  @Test
  void aGroup(TestLoop t) {
    t.run(
        () -> {
          String both =
              TaskGroup.run(
                  group -> {
                    var left = group.spawn(() -> fetch("left", ofMillis(20)));
                    var right = group.spawn(() -> fetch("right", ofMillis(30)));
                    return left.join() + right.join();
                  });
          t.note(both);
        });

    assertThat(t.trail()).containsExactly("leftright@30");
  }

  @Test
  void childOptions(TestLoop t) {
    var ignored = new ArrayList<Task<?>>();
    t.run(
        () -> {
          TaskGroup.run(
              group -> {
                group.spawn(ChildOptions.DEFAULT.daemon(), () -> showProgress(t));
                ignored.add(
                    group.spawn(
                        ChildOptions.DEFAULT.onFailure(OnFailure.IGNORE),
                        () -> broken("statistics")));
                group.spawn(() -> fetch("page", ofMillis(25)));
              });
          t.note("end");
          assertThatThrownBy(ignored.getFirst()::join).hasMessage("statistics");
        });

    assertThat(t.trail()).containsExactly("working@10", "working@20", "end@25");
  }

  private static void showProgress(TestLoop t) {
    while (true) {
      sleep(ofMillis(10));
      t.note("working");
    }
  }

  @Test
  void theFirstOfSeveral(TestLoop t) {
    t.run(
        () -> {
          String fastest =
              race(() -> fetch("near", ofMillis(20)), () -> fetch("far", ofMillis(90)));
          String working =
              firstSuccess(() -> broken("mirror 1"), () -> fetch("mirror 2", ofMillis(5)));
          t.note(fastest + ", " + working);
          String connected =
              staggeredRace(
                  ofMillis(250),
                  () -> fetch("2001:db8::1", ofSeconds(9)),
                  () -> fetch("192.0.2.1", ofMillis(5)));
          t.note(connected);
        });

    assertThat(t.trail()).containsExactly("near, mirror 2@25", "192.0.2.1@280");
  }

  @Test
  void aStack() {
    var closed = new ArrayList<String>();
    List<String> names = List.of("a", "b", "c");
    ScopeStack.run(
        stack -> {
          for (String name : names) {
            stack.enter(() -> closed.add(name));
          }
          stack.push(() -> closed.add("callback"));
          return names;
        });

    assertThat(closed).containsExactly("callback", "c", "b", "a");
  }

  @Test
  void aTimeout(TestLoop t) {
    t.run(
        () -> {
          try {
            timeout(ofSeconds(2), () -> fetch("page", ofSeconds(3)));
          } catch (AsyncTimeoutException tooLate) {
            t.note(tooLate.getMessage());
          }
        });

    assertThat(t.trail()).containsExactly("time limit of PT2S passed@2000");
  }

  @Test
  void aCancelScope(TestLoop t) {
    t.run(
        () -> {
          var scope = CancelScope.of(ofSeconds(2));
          String page = scope.run(() -> fetch("fresh page", ofSeconds(3)));
          if (scope.cancelledCaught()) {
            page = "stale page";
          }
          t.note(page);
        });

    assertThat(t.trail()).containsExactly("stale page@2000");
  }

  @Test
  void aShield(TestLoop t) {
    t.run(
        () ->
            CancelScope.of(ofSeconds(2))
                .run(
                    () -> {
                      try {
                        newPromise().join();
                      } finally {
                        CancelScope.shielded(ofMillis(500))
                            .run(
                                () -> {
                                  fetch("goodbye", ofMillis(100));
                                  t.note("said goodbye");
                                });
                      }
                    }));

    assertThat(t.trail()).containsExactly("said goodbye@2100");
  }

  @Test
  void limits() {
    LoopOptions options = LoopOptions.defaults().withMaxTasks(10_000).withTaskBudget(ofSeconds(1));

    try (var t = TestLoop.of(options)) {
      assertThat(t.<Integer>run(() -> Aio.spawn(() -> 1).join())).isEqualTo(1);
    }
  }
}
