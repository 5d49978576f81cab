package io.greenloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Parity("SOCK-1")
class AddReaderTest {
  private final List<String> trail = new ArrayList<>();
  private EventLoop loop;
  private Pipe pipe;

  @BeforeEach
  void open() throws IOException {
    loop = EventLoop.create();
    pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    pipe.sink().configureBlocking(false);
  }

  @AfterEach
  void close() throws IOException {
    loop.close();
    pipe.source().close();
    pipe.sink().close();
  }

  @Test
  void calledInEachTurnUntilTheDataIsTaken() {
    loop.addReader(
        pipe.source(),
        () -> {
          trail.add("readable");
          if (trail.size() == 3) {
            take(1);
            loop.stop();
          }
        });
    put("x");

    loop.runForever();

    assertThat(trail).containsExactly("readable", "readable", "readable");
  }

  @Test
  @RealTime
  void nothingIsCalledWithoutData() {
    loop.addReader(pipe.source(), () -> trail.add("readable"));

    inTask(
        () -> {
          Aio.sleep(Duration.ofMillis(5));
        });

    assertThat(trail).isEmpty();
  }

  @Test
  void aNewCallbackReplacesTheOldOneEvenIfThatIsQueued() {
    put("x");
    var first = loop.addReader(pipe.source(), () -> trail.add("first"));
    inTask(
        () -> {
          while (loop.core().readyEntries() == 0) { // until the poll has queued the first one
            Aio.yieldNow();
          }
          loop.addReader(
              pipe.source(),
              () -> {
                trail.add("second");
                loop.removeReader(pipe.source());
              });
          while (trail.isEmpty()) {
            Aio.yieldNow();
          }
        });

    assertThat(trail).containsExactly("second");
    assertThat(first.remove()).isFalse();
  }

  @Test
  void removeTellsWhetherThereWasOne() {
    loop.addReader(pipe.source(), () -> trail.add("readable"));

    assertThat(loop.removeReader(pipe.source())).isTrue();
    assertThat(loop.removeReader(pipe.source())).isFalse();
    assertThat(loop.removeWriter(pipe.sink())).isFalse();
  }

  @Test
  void theRegistrationRemovesOnlyItself() {
    var first = loop.addReader(pipe.source(), () -> {});
    var second = loop.addReader(pipe.source(), () -> {});

    assertThat(first.remove()).isFalse();
    assertThat(second.remove()).isTrue();
  }

  @Test
  void readerAndWriterOfOneChannelAreApart() throws IOException {
    try (var listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (var client = SocketChannel.open(listener.getLocalAddress());
          var server = listener.accept()) {
        client.configureBlocking(false);
        server.write(ByteBuffer.wrap(new byte[1]));
        loop.addWriter(
            client,
            () -> {
              trail.add("writable");
              loop.removeWriter(client);
            });
        loop.addReader(
            client,
            () -> {
              trail.add("readable");
              loop.removeReader(client);
            });

        inTask(
            () -> {
              while (trail.size() < 2) {
                Aio.yieldNow();
              }
            });

        assertThat(trail).containsExactlyInAnyOrder("readable", "writable");
      }
    }
  }

  @Test
  @RealTime
  void afterRemovalTheChannelIsFree() throws IOException {
    inTask(
        () -> {
          loop.addReader(pipe.source(), () -> {});
          Aio.sleep(Duration.ofMillis(1));
          loop.removeReader(pipe.source());
          Aio.sleep(Duration.ofMillis(1));
        });

    pipe.source().configureBlocking(true);
    assertThat(pipe.source().isRegistered()).isFalse();
  }

  @Test
  void aCallbackThatThrowsIsReportedAndCalledAgain() {
    loop.setExceptionHandler((l, error) -> trail.add(error.exception().getMessage()));
    loop.addReader(
        pipe.source(),
        () -> {
          if (trail.size() == 2) {
            loop.stop();
          }
          throw new IllegalStateException("no luck");
        });
    put("x");

    loop.runForever();

    assertThat(trail).containsExactly("no luck", "no luck", "no luck");
  }

  @Test
  void theCallbackRunsInTheContextOfTheRegistration() {
    ContextVar<String> name = ContextVar.create("name");
    inTask(
        () -> {
          name.set("registered");
          loop.addReader(
              pipe.source(),
              () -> {
                trail.add(name.get());
                loop.removeReader(pipe.source());
              });
          name.set("later");
          put("x");
          while (trail.isEmpty()) {
            Aio.yieldNow();
          }
        });

    assertThat(trail).containsExactly("registered");
  }

  @Test
  @RealTime
  void aChannelThatIsClosedWithoutRemovalIsForgotten() throws IOException {
    loop.addReader(pipe.source(), () -> trail.add("readable"));
    inTask(
        () -> {
          Aio.sleep(Duration.ofMillis(1));
          pipe.source().close();
          Aio.sleep(Duration.ofMillis(1));
          Aio.sleep(Duration.ofMillis(1));
        });

    assertThat(trail).isEmpty();
    assertThat(loop.core().poller().interests()).isZero();
  }

  @Test
  void aBlockingChannelIsRefused() throws IOException {
    pipe.source().configureBlocking(true);

    assertThatThrownBy(() -> loop.addReader(pipe.source(), () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "addReader on "
                + pipe.source()
                + ": the channel is in blocking mode; call configureBlocking(false) first");
  }

  @Test
  void aClosedChannelIsRefused() throws IOException {
    pipe.source().close();

    assertThatThrownBy(() -> loop.addReader(pipe.source(), () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("addReader on " + pipe.source() + ": the channel is closed");
  }

  @Test
  void aDirectionTheChannelLacksIsRefused() throws IOException {
    assertThatThrownBy(() -> loop.addWriter(pipe.source(), () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("addWriter on " + pipe.source() + ": the channel cannot be written to");
    assertThatThrownBy(() -> loop.addReader(pipe.sink(), () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("addReader on " + pipe.sink() + ": the channel cannot be read from");
  }

  @Test
  void aForeignThreadIsRefused() throws Exception {
    var thrown = new ArrayList<Throwable>();
    Thread.ofPlatform()
        .name("elsewhere")
        .start(
            () -> {
              try {
                loop.addReader(pipe.source(), () -> {});
              } catch (WrongThreadException e) {
                thrown.add(e);
              }
            })
        .join();

    assertThat(thrown)
        .singleElement()
        .extracting(Throwable::getMessage)
        .isEqualTo(
            "addReader on "
                + loop
                + " called from thread 'elsewhere'; use callSoonThreadsafe to hand work to the"
                + " loop");
  }

  @Test
  void aClosedLoopRefuses() {
    loop.close();

    assertThatThrownBy(() -> loop.addReader(pipe.source(), () -> {}))
        .isInstanceOf(LoopClosedException.class)
        .hasMessage("addReader: " + loop + " is closed; create a new one with EventLoop.create()");
  }

  private void inTask(ThrowingRunnable body) {
    loop.runUntilComplete(
        () -> {
          body.run();
          return true;
        });
  }

  private void put(String text) {
    try {
      pipe.sink().write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void take(int bytes) {
    try {
      pipe.source().read(ByteBuffer.allocate(bytes));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
