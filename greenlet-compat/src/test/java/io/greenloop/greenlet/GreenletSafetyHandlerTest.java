package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.ContextVar;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** A report of {@link Safety} reaches log handlers, which are user code, before the switch. */
class GreenletSafetyHandlerTest {
  /** In debug mode: what handlers see and do while a switch with a monitor is reported. */
  static final class Handlers {
    private static final ContextVar<String> NAME = ContextVar.create("name");

    private static final class Keep extends Handler {
      private final Consumer<LogRecord> body;

      Keep(Consumer<LogRecord> body) {
        this.body = body;
      }

      @Override
      public void publish(LogRecord record) {
        body.accept(record);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    }

    private static void whileHandledBy(Consumer<LogRecord> body, Runnable run) {
      Logger logger = Logger.getLogger("io.greenloop");
      logger.setUseParentHandlers(false);
      var keep = new Keep(body);
      logger.addHandler(keep);
      try {
        run.run();
      } finally {
        logger.removeHandler(keep);
      }
    }

    private static void seesTheOneThatLeaves() {
      List<Object> seen = new ArrayList<>();
      Greenlet other = new Greenlet(args -> "other");
      Greenlet holder =
          new Greenlet(
              args -> {
                NAME.set("of the holder");
                synchronized (other) {
                  return other.switchTo();
                }
              });
      whileHandledBy(
          record -> {
            seen.add(Greenlet.current() == holder);
            seen.add(NAME.get());
          },
          holder::switchTo);
      System.out.println("seen " + seen);
    }

    private static void mayItselfSwitch() {
      Greenlet main = Greenlet.current();
      List<Object> got = new ArrayList<>();
      Greenlet other =
          new Greenlet(
              args -> {
                got.add(main.switchTo("ready"));
                return "other has ended";
              });
      other.switchTo();
      Greenlet holder =
          new Greenlet(
              args -> {
                synchronized (got) {
                  return other.switchTo("payload");
                }
              });
      whileHandledBy(
          record -> new Greenlet(args -> null).switchTo(),
          () -> System.out.println("holder's host: " + holder.switchTo() + ", " + got));
    }

    private static void mayEndTheTarget() {
      Greenlet target = new Greenlet(args -> Greenlet.current().getParent().switchTo());
      target.switchTo();
      Greenlet holder =
          new Greenlet(
              args -> {
                synchronized (args) {
                  return target.switchTo("to the dead");
                }
              });
      whileHandledBy(
          record -> target.close(),
          () -> System.out.println("main got: " + holder.switchTo() + ", " + target.isDead()));
    }

    private static void mayThrow(Throwable failure) {
      Greenlet other = new Greenlet(args -> "other ran");
      Greenlet holder =
          new Greenlet(
              args -> {
                Throwable thrown = catchThrowable(() -> hold(failure, other));
                return (thrown == failure) + " " + (Greenlet.current() == args[0]);
              });
      whileHandledBy(
          record -> {
            throw Greenlet.sneak(failure);
          },
          () -> System.out.println("thrown: " + holder.switchTo(holder) + " " + other.isStarted()));
      System.out.println("still: " + other.switchTo());
    }

    private static void hold(Throwable which, Greenlet other) {
      if (which instanceof Error) { // two places, as each is reported once
        synchronized (which) {
          other.switchTo("payload");
        }
      } else {
        synchronized (which) {
          other.switchTo("payload");
        }
      }
    }

    public static void main(String[] args) {
      seesTheOneThatLeaves();
      mayItselfSwitch();
      mayEndTheTarget();
      mayThrow(new AssertionError("handler"));
      mayThrow(new IllegalStateException("a kill of who waits in a handler"));
    }
  }

  @Test
  void handlersRunBeforeTheSwitchAndMaySwitchOrThrow() throws Exception {
    assertThat(GreenletSafetyTest.child(Handlers.class, "-Dgreenloop.debug=true").lines())
        .containsExactly(
            "seen [true, of the holder]",
            "holder's host: other has ended, [payload]",
            "main got: to the dead, true",
            "thrown: true true false",
            "still: other ran",
            "thrown: true true false",
            "still: other ran");
  }

  /** A switch that comes back at once takes nothing along. */
  static final class Returns {
    public static void main(String[] args) {
      Greenlet dead = new Greenlet(none -> null);
      dead.switchTo();
      synchronized (dead) {
        System.out.println(dead.switchTo("back") + " " + dead.throwInto());
        System.out.println(new Greenlet(none -> null).throwInto());
      }
    }
  }

  @Test
  void whatTheDeadPassBackToTheCallerIsNoSwitch() throws Exception {
    assertThat(GreenletSafetyTest.child(Returns.class, "-Dgreenloop.debug=true"))
        .doesNotContain("holds");
  }
}
