package io.greenloop;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The exception handler, and what is logged without one. */
class ErrorReportTest {
  private static final Logger LOGGER = Logger.getLogger("io.greenloop");

  private final List<LogRecord> logged = new ArrayList<>();
  private final Handler sink =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(sink);
    LOGGER.setUseParentHandlers(false);
  }

  @AfterEach
  void stopListening() {
    LOGGER.removeHandler(sink);
    LOGGER.setUseParentHandlers(true);
  }

  @Test
  @Parity({"LOOP-13", "AC-base-events.6"})
  void aCallbackThatThrowsIsReportedOnceWithItsHandleAndOriginAndTheLoopGoesOn(TestLoop t) {
    var handles = new ArrayList<Handle>();
    t.run(
        () -> {
          var task =
              spawn(
                  TaskOptions.named("origin"),
                  () -> {
                    handles.add(
                        t.loop()
                            .callSoon(
                                () -> {
                                  throw new IllegalStateException("boom");
                                }));
                    return 0;
                  });
          task.join();
          sleep(ofMillis(1));
          t.note("goes on");
        });

    assertThat(t.trail()).containsExactly("goes on@1");
    assertThat(t.errors()).hasSize(1);
    var error = t.errors().getFirst();
    assertThat(error.message())
        .isEqualTo(
            "callback in io.greenloop.ErrorReportTest, scheduled by task 'origin' threw"
                + " java.lang.IllegalStateException");
    assertThat(error.exception()).hasMessage("boom");
    assertThat(error.handle()).isSameAs(handles.getFirst());
  }

  @Test
  void whatAPeerDidIsOneLineAndHasATraceInDebugModeOnly(TestLoop t) {
    t.loop().setExceptionHandler(null);
    var declined = new IOException("TLS handshake with a client: it declined");
    var report = ErrorContext.of(declined.getMessage() + "; it is closed", declined);

    t.run(
        () -> {
          t.loop().setDebug(false);
          t.loop().report(report);
          t.loop().report(ErrorContext.of("the handler of a client failed", declined));
          t.loop().setDebug(true);
          t.loop().report(report);
        });

    assertThat(logged).extracting(LogRecord::getThrown).containsExactly(null, declined, declined);
  }

  @Test
  @Parity({"LOOP-14", "AC-base-events.6"})
  void withoutAHandlerItIsLoggedWithTaskAndParents(TestLoop t) {
    t.loop().setExceptionHandler(null);
    assertThat(t.loop().exceptionHandler()).isNull();
    t.run(
        () ->
            spawn(
                    TaskOptions.named("parent"),
                    () ->
                        spawn(
                                TaskOptions.named("child"),
                                () -> {
                                  t.loop()
                                      .report(
                                          ErrorContext.of(
                                              "something broke",
                                              new IOException("disk"),
                                              Aio.currentTask().orElseThrow()));
                                  return 0;
                                })
                            .join())
                .join());

    assertThat(logged).hasSize(1);
    assertThat(logged.getFirst().getMessage())
        .matches(
            "loop 'loop-\\d+': something broke; in task 'child', spawned by task 'parent', spawned"
                + " by task 'Task-\\d+' \\(creation lines unknown, run with --debug\\)");
    assertThat(logged.getFirst().getThrown()).hasMessage("disk");
  }

  @Test
  @Parity({"LOOP-14", "AC-base-events.6"})
  void aHandlerThatThrowsHasBothErrorsLogged(TestLoop t) {
    BiConsumer<EventLoop, ErrorContext> broken =
        (loop, error) -> {
          throw new ArithmeticException("handler");
        };
    t.loop().setExceptionHandler(broken);
    assertThat(t.loop().exceptionHandler()).isSameAs(broken);
    t.loop()
        .callSoon(
            () -> {
              throw new IllegalStateException("boom");
            });
    t.loop().callSoon(() -> t.note("goes on"));
    t.runUntilIdle();

    assertThat(t.trail()).containsExactly("goes on@0");
    assertThat(logged).hasSize(2);
    assertThat(logged.get(0).getThrown()).hasMessage("boom");
    assertThat(logged.get(1).getThrown()).hasMessage("handler");
    assertThat(logged.get(1).getMessage())
        .isEqualTo(t.loop() + ": the exception handler of " + t.loop() + " threw");
  }

  @Test
  @Parity({"LOOP-14", "AC-base-events.6"})
  void aLoggerThatFailsLetsNothingEscape(TestLoop t) {
    LOGGER.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            LOGGER.removeHandler(this);
            throw new IllegalStateException("full disk");
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
    t.loop().setExceptionHandler(null);
    var err = System.err;
    var captured = new java.io.ByteArrayOutputStream();
    System.setErr(new java.io.PrintStream(captured, true, java.nio.charset.StandardCharsets.UTF_8));
    try {
      t.loop().report(ErrorContext.of("x broke", null));
    } finally {
      System.setErr(err);
    }
    assertThat(captured.toString(java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo(
            "greenloop: logging failed (java.lang.IllegalStateException: full disk): "
                + t.loop()
                + ": x broke\n");
  }

  @Test
  @Parity({"LOOP-14", "CTX-2"})
  void theHandlerRunsInTheContextOfWhatFailed(TestLoop t) {
    ContextVar<String> who = ContextVar.create("who", "nobody");
    t.loop().setExceptionHandler((loop, error) -> t.note(who.get()));
    t.run(
        () -> {
          who.set("the callback's registrar");
          t.loop()
              .callSoon(
                  () -> {
                    throw new IllegalStateException("boom");
                  });
          who.set("later");
          sleep(ofMillis(1));
        });

    assertThat(t.trail()).containsExactly("the callback's registrar@0");
  }

  @Test
  @Parity({"LOOP-13", "FUT-8"})
  void aTaskThatFailsUnseenIsReportedOnceWithItsParents(TestLoop t) {
    t.run(
        () -> {
          Aio.currentTask().orElseThrow().setName("main");
          spawn(
              TaskOptions.named("parent"),
              () ->
                  spawn(
                      TaskOptions.named("lost"),
                      () -> {
                        throw new IOException("nobody looked");
                      }));
          sleep(ofMillis(1));
        });

    assertThat(t.errorMessages())
        .containsExactly(
            "nobody looked at the failure of task 'lost', spawned by task 'parent', spawned by task"
                + " 'main'");
    assertThat(t.errors().getFirst().exception()).hasMessage("nobody looked");
  }

  @Test
  @Parity({"LOOP-13", "LOOP-14"})
  void whatACallbackThrowsIsLoggedWithTheParentsOfWhoScheduledIt(TestLoop t) {
    t.loop().setExceptionHandler(null);
    t.run(
        () -> {
          spawn(
                  TaskOptions.named("parent"),
                  () ->
                      spawn(
                              TaskOptions.named("origin"),
                              () ->
                                  t.loop()
                                      .callSoon(
                                          () -> {
                                            throw new IllegalStateException("boom");
                                          }))
                          .join())
              .join();
          sleep(ofMillis(1));
        });

    assertThat(logged).hasSize(1);
    assertThat(logged.getFirst().getMessage())
        .matches(
            "loop 'loop-\\d+': callback in io\\.greenloop\\.ErrorReportTest, scheduled by task"
                + " 'origin' threw java\\.lang\\.IllegalStateException; scheduled by task 'origin',"
                + " spawned by task 'parent', spawned by task 'Task-\\d+' \\(creation lines"
                + " unknown, run with --debug\\)");
  }
}
