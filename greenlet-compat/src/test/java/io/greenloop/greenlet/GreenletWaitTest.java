package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.ContextVar;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.testing.GreenloopExtension;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Waits that end in another way than they began, and greenlets that are closed from below. */
@Timeout(20)
@ExtendWith(GreenloopExtension.class)
class GreenletWaitTest {
  @Test
  void aChildMayCloseItsParentAndEnd() {
    var parts = new ArrayList<Greenlet>();
    var parent =
        new Greenlet(
            args -> {
              var child =
                  new Greenlet(
                      none -> {
                        parts.getFirst().close();
                        return "the child's";
                      });
              parts.add(child);
              return child.switchTo();
            });
    parts.add(parent);

    assertThat(parent.switchTo()).isEqualTo("the child's");

    assertThat(parts).allMatch(Greenlet::isDead);
    assertThat(parent.getParent()).isSameAs(Greenlet.current());
  }

  /** Closes {@code victim}, and says in {@code heard} how that went. */
  private static Greenlet closer(String name, Greenlet victim, List<String> heard) {
    return new Greenlet(
        args -> {
          try {
            victim.close();
            heard.add(name + " done");
          } catch (IllegalStateException ignored) {
            heard.add(name + " ignored");
          }
          victim.switchTo();
          return null;
        });
  }

  @Test
  void anInnerCloseGivesTheEndBackToTheOuter() {
    List<String> heard = new ArrayList<>();
    var parts = new ArrayList<Greenlet>();
    Greenlet main = Greenlet.current();
    var victim =
        new Greenlet(
            args -> {
              try {
                return main.switchTo();
              } catch (GreenletExit first) {
                try {
                  return parts.getFirst().switchTo(); // it closes us too
                } catch (GreenletExit second) {
                  return parts.getFirst().switchTo(); // and is refused
                }
              }
            });
    victim.switchTo();
    parts.add(closer("inner", victim, heard));
    Greenlet outer = closer("outer", victim, heard);

    outer.switchTo();

    assertThat(heard).containsExactly("inner ignored", "outer done");
  }

  @Test
  void aCloseThatWasLeftGetsNoEnd() {
    List<String> heard = new ArrayList<>();
    var parts = new ArrayList<Greenlet>();
    Greenlet main = Greenlet.current();
    var victim =
        new Greenlet(
            args -> {
              try {
                return main.switchTo();
              } catch (GreenletExit first) {
                try {
                  return parts.getFirst().switchTo();
                } catch (GreenletExit second) {
                  return parts.getLast().switchTo(); // the outer one leaves while the inner waits
                }
              }
            });
    victim.switchTo();
    parts.add(closer("inner", victim, heard));
    Greenlet outer = closer("outer", victim, heard);
    parts.add(outer);

    outer.switchTo();

    assertThat(heard).containsExactly("outer ignored", "inner done");
  }

  @Test
  @RealTime // its task blocks until its loop is closed
  void anErrorPassesThroughANewParentWhoseFutureCannotBeTold() throws Exception {
    var disk = new IOException("disk");
    var loop = EventLoop.create();
    loop.setExceptionHandler((message, error) -> {});
    var closed = new CountDownLatch(1);
    var told = new CompletableFuture<List<Object>>();
    loop.runUntilComplete(
        () -> {
          loop.spawn(
              () -> {
                Greenlet main = Greenlet.current();
                Greenlet parent = new Greenlet(args -> null);
                parent.toFuture();
                Greenlet child =
                    new Greenlet(
                        args -> {
                          throw disk;
                        },
                        parent);
                Aio.blocking(
                    () -> {
                      closed.await();
                      return 0;
                    });
                Throwable thrown = catchThrowable(child::switchTo);
                told.complete(List.of(thrown, Greenlet.current() == main, parent.isDead()));
              });
          Aio.sleep(Duration.ofMillis(1));
          return 0;
        });
    loop.close();
    closed.countDown();

    assertThat(told.get(10, TimeUnit.SECONDS)).containsExactly(disk, true, true);
    assertThat(disk.getSuppressed()).hasSize(1);
  }

  @Test
  void aLateAnswerEndsNoOtherWait(TestLoop t) {
    List<Object> heard = new ArrayList<>();
    t.run(
        () -> {
          EventLoop loop = EventLoop.current();
          loop.callSoon(
              () -> {
                Greenlet main = Greenlet.current();
                var g =
                    new Greenlet(
                        args -> {
                          try {
                            Hub.<String>suspend(
                                resumer ->
                                    loop.callLater(
                                        Duration.ofMillis(10), () -> resumer.resume("late")));
                          } catch (AsyncTimeoutException tooLong) {
                            heard.add("timeout");
                          }
                          heard.add(main.switchTo()); // another wait
                          return null;
                        });
                g.switchTo();
                loop.callLater(
                    Duration.ofMillis(5), () -> g.throwInto(new AsyncTimeoutException("5 ms")));
                loop.callLater(Duration.ofMillis(20), () -> g.switchTo("mine"));
              });
          Aio.sleep(Duration.ofMillis(30));
        });

    assertThat(heard).containsExactly("timeout", "mine");
  }

  @Test
  void aLateAnswerToATaskIsNoDoubleResume(TestLoop t) {
    t.run(
        () -> {
          EventLoop loop = EventLoop.current();
          assertThatThrownBy(
                  () ->
                      Aio.timeout(
                          Duration.ofMillis(5),
                          () ->
                              Hub.<String>suspend(
                                  resumer ->
                                      loop.callLater(
                                          Duration.ofMillis(10), () -> resumer.resume("late")))))
              .isInstanceOf(AsyncTimeoutException.class);
          Aio.sleep(Duration.ofMillis(30));
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  void bridgedCodeHasTheContextOfItsTask(TestLoop t) {
    var request = ContextVar.create("request", "none");
    t.run(
        () -> {
          request.set("r1");
          Task<List<String>> bridged =
              Bridge.run(
                  () -> {
                    var seen = List.of(request.get(), Aio.spawn(request::get).join());
                    request.set("changed");
                    return seen;
                  });

          assertThat(bridged.join()).containsExactly("r1", "r1");
          assertThat(request.get()).isEqualTo("r1");
        });
  }

  @Test
  void anErrorThatReachesTheTaskOfABridgeUnwindsItsCode(TestLoop t) {
    var disk = new IOException("disk");
    t.run(
        () -> {
          List<String> heard = new ArrayList<>();
          Task<Object> bridged =
              Bridge.run(
                  () -> {
                    var failing =
                        new Greenlet(
                            args -> {
                              throw disk;
                            },
                            Greenlet.current().getParent());
                    try {
                      return failing.switchTo();
                    } finally {
                      heard.add("closed");
                    }
                  });

          assertThatThrownBy(bridged::join).isSameAs(disk);
          assertThat(heard).containsExactly("closed");
        });
  }

  @Test
  void codeThatSwitchesOutOfItsBridgeIsRefused(TestLoop t) {
    t.run(
        () -> {
          List<String> heard = new ArrayList<>();
          Task<String> bridged =
              Bridge.run(
                  () -> {
                    try {
                      return "got " + Greenlet.current().getParent().switchTo("item");
                    } finally {
                      heard.add("finally");
                    }
                  });
          assertThatThrownBy(bridged::join)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith("Bridge.run: the code has switched to the greenlet of its");
          assertThat(heard).containsExactly("finally");

          Task<String> exits =
              Bridge.run(
                  () -> {
                    throw new GreenletExit();
                  });
          assertThatThrownBy(exits::join).isInstanceOf(GreenletExit.class);
        });
  }
}
