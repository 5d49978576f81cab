package io.greenloop.process;

import static io.greenloop.Aio.run;
import static io.greenloop.process.Children.bytes;
import static io.greenloop.process.Children.openPipes;
import static io.greenloop.process.Children.sh;
import static io.greenloop.process.Children.text;
import static io.greenloop.process.Children.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.ContextVar;
import io.greenloop.EventLoop;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SubprocessProtocolTest {
  private static class Notes implements SubprocessProtocol {
    final List<String> all = new ArrayList<>();
    final StringBuilder out = new StringBuilder();

    @Override
    public void connectionMade(AsyncProcess process) {
      all.add("made");
    }

    @Override
    public void pipeDataReceived(int fd, ByteBuffer data) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      out.append(text(bytes));
      all.add("data " + fd);
    }

    @Override
    public void pipeConnectionLost(int fd, @Nullable IOException cause) {
      all.add("lost " + fd + " " + cause);
    }

    @Override
    public void processExited() {
      all.add("exited");
    }

    @Override
    public void connectionLost() {
      all.add("over");
    }

    void awaitEnd() {
      until(() -> all.contains("over"));
    }
  }

  @Test
  @Parity({"SUB-7", "AC-subprocess.5"})
  void theOrderOfEvents() {
    long before = openPipes();
    run(
        () -> {
          var notes = new Notes();
          AsyncProcess process = AsyncProcess.start(sh("cat; echo bad >&2"), notes);
          assertThat(notes.all).containsExactly("made");
          process.stdin().tryWrite(ByteBuffer.wrap(bytes("hello")));
          until(() -> notes.out.length() == 5);
          assertThat(notes.all).containsExactly("made", "data 1");

          process.stdin().shutdownOutput();
          notes.awaitEnd();

          assertThat(notes.out).hasToString("hellobad\n");
          assertThat(notes.all)
              .startsWith("made", "data 1")
              .endsWith("over")
              .containsOnlyOnce("lost 0 null", "lost 1 null", "lost 2 null", "exited", "over")
              .hasSize(8);
          assertThat(notes.all.indexOf("data 2")).isLessThan(notes.all.indexOf("lost 2 null"));
          assertThat(process.exitCode()).hasValue(0);
          until(() -> openPipes() == before);
        });
  }

  @Test
  @Parity({"SUB-7"})
  void anErrorThatACallbackThrowsIsReportedAndTheRestIsToldAllTheSame() {
    var reports = new ArrayList<String>();
    run(
        () -> {
          EventLoop.current().setExceptionHandler((loop, error) -> reports.add(error.message()));
          var notes =
              new Notes() {
                @Override
                public void pipeDataReceived(int fd, ByteBuffer data) {
                  super.pipeDataReceived(fd, data);
                  throw new AssertionError("data");
                }

                @Override
                public void processExited() {
                  super.processExited();
                  throw new AssertionError("exited");
                }
              };
          AsyncProcess process = AsyncProcess.start(sh("cat"), notes);
          for (String text : List.of("one", "onetwo")) {
            process.stdin().tryWrite(ByteBuffer.wrap(bytes(text.substring(notes.out.length()))));
            until(() -> notes.out.toString().equals(text));
          }
          process.stdin().shutdownOutput();
          notes.awaitEnd();

          String of = " of the protocol of " + process + " failed";
          assertThat(reports)
              .containsExactly(
                  "pipeDataReceived" + of, "pipeDataReceived" + of, "processExited" + of);
        });
  }

  @Test
  @Parity({"SUB-7", "SUB-8"})
  void theLastCallComesWhenAllPipesHaveEndedToo() {
    run(
        () -> {
          var notes = new Notes();
          AsyncProcess process = AsyncProcess.start(sh("(read x; echo late) & exit 0"), notes);
          try {
            until(() -> notes.all.contains("exited"));
            until(() -> notes.all.contains("lost 0 null"));
            until(() -> notes.all.contains("over")); // its child reads the end of our pipe
            assertThat(notes.out).hasToString("late\n");
            assertThat(notes.all).endsWith("over");
          } finally {
            process.close();
          }
        });
  }

  @Test
  @Parity({"SUB-6", "SUB-7"})
  void theCloseEndsEverything() {
    run(
        () -> {
          var notes = new Notes();
          AsyncProcess process = AsyncProcess.start(new ProcessBuilder("cat"), notes);
          process.close();
          notes.awaitEnd();
          assertThat(notes.all)
              .containsExactlyInAnyOrder(
                  "made", "lost 0 null", "lost 1 null", "lost 2 null", "exited", "over")
              .endsWith("over");
          assertThat(process.signal()).hasValue(9);
        });
  }

  @Test
  void whatACallbackThrowsIsReportedAndTheContextIsThatOfTheStart() {
    ContextVar<String> user = ContextVar.create("user");
    var reports = new ArrayList<String>();
    run(
        () -> {
          EventLoop.current().setExceptionHandler((loop, error) -> reports.add(error.message()));
          user.set("ann");
          var notes =
              new Notes() {
                @Override
                public void processExited() {
                  super.processExited();
                  throw new IllegalStateException("boom of " + user.get());
                }

                @Override
                public void connectionLost() {
                  all.add(user.get());
                  super.connectionLost();
                }
              };
          AsyncProcess process = AsyncProcess.start(new ProcessBuilder("true"), notes);
          user.set("bob");
          notes.awaitEnd();
          assertThat(reports)
              .containsExactly("processExited of the protocol of " + process + " failed");
          assertThat(notes.all).endsWith("ann", "over");
        });
  }
}
