package io.greenloop.net;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.CancelledError;
import io.greenloop.ErrorContext;
import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.process.AsyncProcess;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Servers of every kind and clients of them, of which some are killed at every moment: tasks are
 * cancelled, connections reset, child processes killed, servers closed in the middle and started
 * again.
 */
final class Soak {
  private static final int ACTORS = 12;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final TlsOptions TRUSTING = Certificates.trusting().withServerName("localhost");

  private static final int KINDS = 6;

  private final Random random;

  /** What has been gone through to its end at least once; the first time leaves things behind. */
  private final BitSet known = new BitSet();

  private final List<@Nullable Task<?>> conversations = new ArrayList<>();
  private final ConcurrentLinkedQueue<ErrorContext> unexpected = new ConcurrentLinkedQueue<>();
  private @Nullable Server plain;
  private @Nullable Server secured;
  private @Nullable Server calledBack;
  private @Nullable UdpSocket datagrams;

  /** How many conversations have come to their end, and how many were killed or lost. */
  long whole;

  long broken;

  Soak(long seed) {
    random = new Random(seed);
    for (int i = 0; i < ACTORS; i++) {
      conversations.add(null);
    }
  }

  /**
   * Runs for {@code length} on a loop of its own, and until every kind of conversation has been
   * held once; ends everything.
   */
  void run(Duration length) {
    Aio.run(
        () -> {
          EventLoop loop = EventLoop.current();
          loop.setExceptionHandler((l, error) -> keep(error));
          long end = System.nanoTime() + length.toNanos();
          startServers();
          var actors = new ArrayList<Task<?>>();
          for (int i = 0; i < ACTORS; i++) {
            int number = i;
            actors.add(Aio.spawn(() -> act(number, end)));
          }
          Task<?> killer = Aio.spawn(() -> kill(end));
          Aio.gather(actors).join();
          killer.join();
          stopServers(Duration.ofSeconds(1));
        });
    if (!unexpected.isEmpty()) {
      ErrorContext first = unexpected.peek();
      throw new AssertionError(unexpected.size() + " errors: " + first, first.exception());
    }
  }

  /** What a kill leaves on the other side is an error of the network; nothing else is expected. */
  private void keep(ErrorContext error) {
    if (!(error.exception() instanceof IOException)) {
      unexpected.add(error);
    }
  }

  // ---- servers -----------------------------------------------------------------------------

  private void startServers() throws IOException {
    plain = Streams.startServer(Soak::echo, ServerOptions.DEFAULT, Loopback.anyPort());
    secured =
        Streams.startServer(
            Soak::echo,
            ServerOptions.DEFAULT.withTls(Certificates.localhost()),
            Loopback.anyPort());
    calledBack =
        EventLoop.current().listen(ListenOptions.on(Loopback.anyPort()), EchoProtocol::new);
    UdpSocket echoing = UdpSocket.bind(Loopback.anyPort());
    datagrams = echoing;
    Aio.spawn(
        () -> {
          for (Datagram each : echoing) {
            echoing.trySend(each.data(), each.sender());
          }
        });
  }

  private void stopServers(Duration grace) {
    for (Server each : Arrays.asList(plain, secured, calledBack)) {
      if (each != null) {
        each.shutdown(grace);
      }
    }
    if (datagrams != null) {
      datagrams.close();
    }
  }

  private static void echo(Stream stream) {
    try {
      for (byte[] some = stream.reader().read(9000);
          some.length > 0;
          some = stream.reader().read(9000)) {
        stream.writer().write(some);
      }
    } catch (IOException killed) {
      // The other side, or all connections of the server.
    }
  }

  private static final class EchoProtocol implements Protocol {
    private @Nullable Transport transport;

    @Override
    public void connectionMade(Transport transport) {
      this.transport = transport;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      if (transport != null) {
        transport.write(data);
      }
    }
  }

  // ---- conversations -----------------------------------------------------------------------

  private void act(int number, long end) {
    while (isOn(end)) {
      Task<?> one =
          Aio.spawn(
              TaskOptions.named("actor " + number),
              () -> {
                Aio.timeout(PATIENCE, () -> talk());
                return null;
              });
      conversations.set(number, one);
      Aio.waitUntil(List.of(one));
      count(one);
    }
  }

  private boolean isOn(long end) {
    return System.nanoTime() - end < 0 || known.cardinality() < KINDS;
  }

  private void count(Task<?> one) {
    Throwable failure = one.isCancelled() ? null : one.exceptionNow();
    if (!one.isCancelled() && failure == null) {
      whole++;
    } else if (one.isCancelled() || failure instanceof IOException) {
      broken++;
    } else if (failure instanceof AsyncTimeoutException || failure instanceof CancelledError) {
      unexpected.add(ErrorContext.of("a conversation hangs", failure));
    } else {
      unexpected.add(ErrorContext.of("a conversation fails", failure));
    }
  }

  private void talk() throws IOException {
    byte[] sent = new byte[1 + random.nextInt(random.nextBoolean() ? 100 : 100_000)];
    random.nextBytes(sent);
    int kind = random.nextInt(KINDS);
    switch (kind) {
      case 0 -> byStream(Streams.openConnection(to(plain)), sent);
      case 1 -> byStream(Streams.openConnection(to(secured), TRUSTING), sent);
      case 2 -> byStream(Streams.openConnection(to(calledBack)), sent);
      case 3 -> byTransport(sent);
      case 4 -> byDatagram(Arrays.copyOf(sent, Math.min(sent.length, 1000)));
      default -> {
        if (!byProcess(sent)) {
          return;
        }
      }
    }
    known.set(kind);
  }

  private static ConnectOptions to(@Nullable Server server) throws IOException {
    if (server == null || server.localAddresses().isEmpty()) {
      throw new IOException("it is just being started");
    }
    return ConnectOptions.to(server.localAddresses().getFirst());
  }

  private void byStream(Stream stream, byte[] sent) throws IOException {
    boolean aborts = random.nextInt(10) == 0;
    try (stream) {
      Task<?> writing = Aio.spawn(() -> stream.writer().write(sent));
      try {
        check(sent, stream.reader().readExactly(aborts ? sent.length / 2 : sent.length));
        if (aborts) {
          stream.abort();
        }
      } finally {
        writing.cancel();
        Aio.waitUntil(List.of(writing));
      }
    }
  }

  private void byTransport(byte[] sent) throws IOException {
    Promise<byte[]> answer = Aio.newPromise();
    Protocol collecting =
        new Protocol() {
          private final ByteBuffer came = ByteBuffer.allocate(sent.length);

          @Override
          public void dataReceived(ByteBuffer data) {
            came.put(data);
            if (!came.hasRemaining()) {
              answer.tryComplete(came.array());
            }
          }

          @Override
          public void connectionLost(@Nullable Throwable reason) {
            answer.tryCompleteExceptionally(new IOException("lost", reason));
          }
        };
    Transport transport =
        EventLoop.current().connect(to(calledBack), () -> collecting).join().transport();
    try {
      transport.write(ByteBuffer.wrap(sent));
      check(sent, answer.join());
    } finally {
      if (random.nextBoolean()) {
        transport.abort();
      } else {
        transport.close();
      }
    }
  }

  private void byDatagram(byte[] sent) throws IOException {
    UdpSocket there = datagrams;
    if (there == null) {
      throw new IOException("it is just being started");
    }
    SocketAddress address = there.localAddress();
    try (UdpSocket socket = UdpSocket.open(DatagramOptions.connect(address))) {
      socket.send(ByteBuffer.wrap(sent));
      ByteBuffer answer = Aio.timeout(Duration.ofSeconds(1), () -> socket.receive()).data();
      byte[] came = new byte[answer.remaining()];
      answer.get(came);
      check(sent, came);
    } catch (AsyncTimeoutException lost) {
      throw new IOException("a datagram was lost", lost);
    }
  }

  /** Now and then: starting a process costs more than all the rest. */
  private boolean byProcess(byte[] sent) throws IOException {
    if (random.nextInt(8) != 0) {
      return false;
    }
    try (AsyncProcess cat = AsyncProcess.start("cat")) {
      if (random.nextInt(4) == 0) {
        cat.kill();
      }
      byte[] came = cat.communicate(sent).stdout();
      if (came == null || came.length < sent.length) {
        throw new IOException("killed");
      }
      check(sent, came);
      return true;
    }
  }

  private static void check(byte[] sent, byte[] came) {
    if (!Arrays.equals(sent, 0, came.length, came, 0, came.length)) {
      throw new AssertionError("what came is not what was sent");
    }
  }

  // ---- kills -------------------------------------------------------------------------------

  private void kill(long end) throws IOException {
    while (isOn(end)) {
      Aio.sleep(Duration.ofMillis(1 + random.nextInt(20)));
      Task<?> victim = conversations.get(random.nextInt(ACTORS));
      if (victim != null) {
        victim.cancel("killed");
      }
      switch (random.nextInt(100)) {
        case 0 -> {
          stopServers(Duration.ofMillis(random.nextInt(20)));
          startServers();
        }
        case 1, 2, 3 -> {
          if (plain != null) {
            plain.abortClients();
          }
        }
        case 4, 5, 6 -> {
          if (secured != null) {
            secured.abortClients();
          }
        }
        default -> {}
      }
    }
  }
}
