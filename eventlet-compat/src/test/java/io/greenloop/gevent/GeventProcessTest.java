package io.greenloop.gevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

@RealTime
class GeventProcessTest {
  private static void run(ThrowingBody body) {
    try (var t = TestLoop.real()) {
      t.run(() -> body.run(t));
    }
  }

  private interface ThrowingBody {
    void run(TestLoop t) throws Exception;
  }

  @Test
  @Parity({"GE-1.14.1", "GE-C59", "GE-1.1.11"})
  void aProcessIsWaitedForLikeAnythingElse() {
    run(
        t -> {
          var process = GeventProcess.start("sh", "-c", "read line; exit 3");
          assertThat(process.poll()).isEmpty();
          assertThatThrownBy(() -> process.await(ofMillis(10)))
              .isInstanceOf(GeventProcess.TimeoutExpired.class);
          var linked = new Event();
          process.rawLink(p -> linked.set());
          assertThat(Gevent.await(List.of(process), ofMillis(10))).isEmpty();
          process.stdin().write("go\n".getBytes(UTF_8));
          process.stdin().close();
          assertThat(Gevent.awaitAny(process)).isSameAs(process);
          linked.await();
          assertThat(process.await()).isEqualTo(3);
          assertThat(process.poll()).hasValue(3);
          process.close();
          assertThatThrownBy(() -> GeventProcess.start("/no/such/program"))
              .isInstanceOf(IOException.class);
        });
  }

  @Test
  void whoIsKilledWhileItCommunicatesAndClosesTheProcessLeavesNoErrorBehind() {
    run(
        t -> {
          var killed =
              Gevent.spawn(
                  () -> {
                    try (var process = GeventProcess.start("sleep", "600")) {
                      process.communicate(null);
                    }
                  });
          Gevent.sleep(ofMillis(5));
          killed.kill();
          assertThat(killed.isKilled()).isTrue();

          var process = GeventProcess.start("sleep", "600");
          var other = Gevent.spawn(() -> process.communicate(null));
          Gevent.sleep(ofMillis(5));
          process.close();
          assertThatThrownBy(other::get)
              .isInstanceOf(IOException.class)
              .hasMessageEndingWith("it was closed");
          assertThat(t.errors()).hasSize(1);
        });
  }

  @Test
  @Parity({"GE-1.14.2", "GE-C59"})
  void runAndItsFriends() {
    run(
        t -> {
          assertThat(GeventProcess.run("echo", "hello").text()).isEqualTo("hello\n");
          assertThat(GeventProcess.call("true")).isZero();
          GeventProcess.checkCall("true");
          assertThatThrownBy(() -> GeventProcess.checkCall("false"))
              .isInstanceOf(GeventProcess.CalledProcessError.class)
              .hasMessage("false ended with exit code 1");
          assertThat(GeventProcess.checkOutput("echo", "x")).asString(UTF_8).isEqualTo("x\n");
          assertThatThrownBy(() -> GeventProcess.checkOutput("sh", "-c", "exit 2"))
              .isInstanceOfSatisfying(
                  GeventProcess.CalledProcessError.class,
                  error -> assertThat(error.exitCode()).isEqualTo(2));
          assertThatThrownBy(
                  () -> GeventProcess.run(new ProcessBuilder("sleep", "100"), null, ofMillis(20)))
              .isInstanceOf(GeventProcess.TimeoutExpired.class);
        });
  }

  @Test
  @Parity({"GE-1.14.3", "GE-1.14.4", "GE-C59"})
  void communicateCanBeCalledAgainAndWaitsForTheEndOfThePipe() {
    run(
        t -> {
          var process = GeventProcess.start("sh", "-c", "echo first; cat; echo last");
          assertThatThrownBy(() -> process.communicate(null, ofMillis(1)))
              .isInstanceOfAny(GeventProcess.TimeoutExpired.class);
          assertThat(process.communicate(null).text()).isEqualTo("first\nlast\n");
          process.close();

          var parent = GeventProcess.start("sh", "-c", "sleep 100 & exit 0");
          assertThat(parent.await()).isZero();
          assertThatThrownBy(() -> parent.communicate(null, ofMillis(20)))
              .isInstanceOf(GeventProcess.TimeoutExpired.class); // a grandchild keeps the pipe
          parent.killTree();
        });
  }

  @Test
  void whatTheProcessHasStartedEndsWithItsTree() {
    run(
        t -> {
          var parent = GeventProcess.start("sh", "-c", "sleep 100 & echo started; wait");
          assertThat(parent.stdout().readLine()).asString(UTF_8).startsWith("started");

          parent.killTree();

          assertThat(parent.communicate(null).text()).isEmpty(); // nobody has its pipe any more
        });
  }
}
