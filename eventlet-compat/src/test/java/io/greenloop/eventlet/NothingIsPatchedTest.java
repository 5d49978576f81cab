package io.greenloop.eventlet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.greenloop.Aio;
import io.greenloop.ThrowingRunnable;
import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.GeventFile;
import io.greenloop.gevent.GeventProcess;
import io.greenloop.gevent.GreenletLocal;
import io.greenloop.gevent.Select;
import io.greenloop.internal.vm.Mode;
import io.greenloop.net.TlsOptions;
import io.greenloop.net.resolver.SlowNames;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table of the guide, row by row: what patched Python makes cooperative waits here, and a
 * ticker on the loop goes on meanwhile. Each wait ends only after that, so a wait that held the
 * loop would never end.
 */
@RealTime
class NothingIsPatchedTest {
  private static final int TICKS = 10;

  private @TempDir Path folder;
  private int names;

  @AfterEach
  void endThePool() {
    Tpool.killAll();
    Hub.current().close();
  }

  /** What a green thread waits in, and what ends that. */
  private record Wait(String name, ThrowingRunnable waiting, ThrowingRunnable ending) {}

  // ---- the frame ---------------------------------------------------------------------------

  private static void othersGoOn(Wait wait) throws Exception {
    int[] ticks = {0};
    var ticker =
        Eventlet.spawn(
            () -> {
              while (true) {
                Eventlet.sleep(ofMillis(1));
                ticks[0]++;
              }
            });
    var waiter = Eventlet.spawn(wait.waiting());
    Eventlet.sleep();
    while (ticks[0] < TICKS) {
      Eventlet.sleep(ofMillis(1));
    }
    assertThat(waiter.isDone()).as("%s waits", wait.name()).isFalse();
    wait.ending().run();
    waiter.await();
    ticker.kill();
  }

  /** A call of the JDK: it parks in full mode, and is wrapped in portable mode. */
  private static ThrowingRunnable jdk(ThrowingRunnable call) {
    return Mode.isFull()
        ? call
        : () ->
            Aio.blocking(
                () -> {
                  call.run();
                  return null;
                });
  }

  private interface Row {
    void waits(Consumer<Wait> test) throws Exception;
  }

  private final Map<String, Row> rows = new LinkedHashMap<>();

  {
    rows.put("`time.sleep`", this::sleeps);
    rows.put("`socket`", this::sockets);
    rows.put("`ssl`", this::tls);
    rows.put("`threading` locks, `Condition`", this::locks);
    rows.put("`queue`", this::queues);
    rows.put("`threading.Thread`", this::threads);
    rows.put("`threading.local`", this::locals);
    rows.put("DNS", this::names);
    rows.put("`select`", this::select);
    rows.put("`subprocess`, `os.waitpid`", this::processes);
    rows.put("files", this::files);
    rows.put("`psycopg`, `MySQLdb`", this::databases);
    rows.put("`signal`", this::signals);
  }

  @Test
  void theTableOfTheGuideHasTheseRows() throws IOException {
    List<String> said =
        Files.readAllLines(Path.of("../docs/guide/porting-eventlet.md")).stream()
            .dropWhile(line -> !line.startsWith("| patched in Python |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> line.split("\\|")[1].strip())
            .toList();
    assertThat(said).containsExactlyElementsOf(rows.keySet());
  }

  @TestFactory
  Stream<DynamicTest> othersGoOnWhileItWaits() {
    return rows.entrySet().stream()
        .map(row -> DynamicTest.dynamicTest(row.getKey(), () -> run(row.getValue())));
  }

  private static void run(Row row) {
    assertTimeoutPreemptively(
        ofSeconds(100),
        () -> {
          try (TestLoop t = TestLoop.real()) {
            t.run(() -> row.waits(wait -> Eventlet.waiting(() -> othersGoOn(wait))));
          }
        });
  }

  // ---- the rows ----------------------------------------------------------------------------

  private void sleeps(Consumer<Wait> test) {
    Map<String, ThrowingRunnable> sleeps =
        Map.of(
            "Eventlet.sleep", () -> Eventlet.sleep(ofMillis(1)),
            "Gevent.sleep", () -> Gevent.sleep(ofMillis(1)),
            "Thread.sleep", jdk(() -> Thread.sleep(1)));
    sleeps.forEach(
        (name, sleep) -> {
          var over = new AtomicBoolean();
          test.accept(
              new Wait(
                  name,
                  () -> {
                    while (!over.get()) {
                      sleep.run();
                    }
                  },
                  () -> over.set(true)));
        });
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private void sockets(Consumer<Wait> test) throws Exception {
    try (var listener = Net.listen(loopback(0));
        var client = Net.connect(loopback(listener.port()));
        var other = listener.accept()) {
      test.accept(
          new Wait(
              "GreenSocket.recv", () -> client.recv(1), () -> other.writeFully(new byte[] {1})));
      test.accept(
          new Wait(
              "GreenSocket.accept",
              () -> listener.accept().close(),
              () -> Net.connect(loopback(listener.port())).close()));
    }
    var pair = io.greenloop.gevent.Net.pair();
    try (var one = pair.get(0);
        var two = pair.get(1)) {
      test.accept(
          new Wait(
              "GeventSocket.receive", () -> one.receive(1), () -> two.sendAll(new byte[] {1})));
    }
    try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        var client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
        var other = listener.accept()) {
      test.accept(
          new Wait(
              "java.net.Socket",
              jdk(() -> client.getInputStream().read()),
              () -> other.getOutputStream().write(1)));
    }
  }

  private void tls(Consumer<Wait> test) throws Exception {
    var context = Tpool.execute(() -> TestKeys.context(folder));
    var trusting = TlsOptions.client(context).withServerName("localhost");
    var opened = new Event<GreenSocket>();
    try (var listener = Net.wrapTls(Net.listen(loopback(0)), TlsOptions.server(context))) {
      var server =
          Eventlet.spawn(() -> Net.serve(listener, (socket, address) -> hold(socket, opened)));
      try (var client = Net.wrapTls(Net.connect(loopback(listener.port())), trusting)) {
        client.writeFully(new byte[] {1});
        GreenSocket other = opened.await();
        test.accept(
            new Wait(
                "GreenSocket with TLS",
                () -> client.recv(1),
                () -> other.writeFully(new byte[] {1})));
      }
      server.kill();
    }
    var greeting = new io.greenloop.gevent.Event();
    try (var server =
        new io.greenloop.gevent.StreamServer(
            loopback(0),
            (socket, caller) -> {
              greeting.await();
              socket.sendAll(new byte[] {1});
            },
            io.greenloop.gevent.BaseServer.Spawning.unlimited(),
            5,
            TlsOptions.server(context))) {
      server.start();
      try (var client =
          io.greenloop.gevent.Net.wrapTls(
              io.greenloop.gevent.Net.connect("127.0.0.1", server.serverPort()), trusting)) {
        test.accept(new Wait("GeventSocket with TLS", () -> client.receive(1), greeting::set));
      }
    }
  }

  /** Says who it is, and stays until the client leaves. */
  private static void hold(GreenSocket socket, Event<GreenSocket> opened) throws IOException {
    socket.recv(1);
    opened.send(socket);
    socket.recv(1);
  }

  private void locks(Consumer<Wait> test) throws Exception {
    var lock = new Lock();
    lock.acquire();
    test.accept(new Wait("eventlet's Lock", lock::acquire, lock::release));
    var semaphore = new io.greenloop.gevent.Semaphore(0);
    test.accept(new Wait("gevent's Semaphore", semaphore::acquire, semaphore::release));
    var event = new io.greenloop.gevent.Event();
    test.accept(new Wait("gevent's Event", event::await, event::set));
    var result = new Event<Boolean>();
    test.accept(new Wait("eventlet's Event", result::await, () -> result.send(true)));
    var reentrant = new ReentrantLock();
    reentrant.lock();
    test.accept(
        new Wait(
            "ReentrantLock",
            jdk(
                () -> {
                  reentrant.lock();
                  reentrant.unlock();
                }),
            reentrant::unlock)); // in the green thread that took it
    var latch = new CountDownLatch(1);
    test.accept(new Wait("CountDownLatch", jdk(latch::await), latch::countDown));
    monitors(test);
  }

  private void monitors(Consumer<Wait> test) {
    var monitor = new Object();
    var over = new AtomicBoolean();
    test.accept(
        new Wait(
            "Object.wait",
            jdk(
                () -> {
                  synchronized (monitor) {
                    while (!over.get()) {
                      monitor.wait();
                    }
                  }
                }),
            () -> {
              synchronized (monitor) {
                over.set(true);
                monitor.notifyAll();
              }
            }));
  }

  private void queues(Consumer<Wait> test) {
    var queue = new Queue<Integer>();
    test.accept(new Wait("eventlet's Queue", queue::get, () -> queue.put(1)));
    var other = new io.greenloop.gevent.Queue<Integer>();
    test.accept(new Wait("gevent's Queue", other::get, () -> other.put(1)));
    var blocking = new LinkedBlockingQueue<Integer>();
    test.accept(new Wait("LinkedBlockingQueue", jdk(blocking::take), () -> blocking.put(1)));
  }

  private void threads(Consumer<Wait> test) {
    var first = new Event<Integer>();
    var green = Eventlet.spawn(() -> first.await());
    test.accept(new Wait("Eventlet.spawn", green::await, () -> first.send(1)));
    var second = new io.greenloop.gevent.Event();
    var greenlet = Gevent.spawn(() -> second.await());
    test.accept(new Wait("Gevent.spawn", greenlet::join, second::set));
    var third = new Event<Integer>();
    var end = new Event<Integer>();
    Green.threads().execute(() -> end.send(third.await()));
    test.accept(new Wait("Green.threads", end::await, () -> third.send(1)));
  }

  private void locals(Consumer<Wait> test) {
    var green = GreenLocal.withInitial(() -> "none");
    eachItsOwn(test, "GreenLocal", green::set, green::get);
    var greenlet = GreenletLocal.withInitial(() -> "none");
    eachItsOwn(test, "GreenletLocal", greenlet::set, greenlet::get);
    var thread = ThreadLocal.withInitial(() -> "none");
    eachItsOwn(test, "ThreadLocal", thread::set, thread::get);
  }

  private static void eachItsOwn(
      Consumer<Wait> test, String name, Consumer<String> set, Supplier<String> get) {
    var go = new Event<Integer>();
    test.accept(
        new Wait(
            name,
            () -> {
              assertThat(get.get()).isEqualTo("none");
              set.accept("the waiter's");
              go.await();
              assertThat(get.get()).as(name).isEqualTo("the waiter's");
            },
            () -> {
              set.accept("main's");
              go.send(1);
            }));
    assertThat(get.get()).as(name).isEqualTo("main's");
  }

  private void names(Consumer<Wait> test) {
    Map<String, Callable<?>> lookUps =
        Map.of(
            "Hub.resolver", () -> Gevent.hub().resolver().address(newName()),
            "EventLoop.resolve", () -> Gevent.hub().eventLoop().resolve(newName()));
    lookUps.forEach((name, lookUp) -> slowly(test, name, lookUp::call));
    slowly(test, "InetAddress", jdk(() -> InetAddress.getByName(newName())));
  }

  private static void slowly(Consumer<Wait> test, String name, ThrowingRunnable lookUp) {
    try (var slow = new SlowNames()) {
      test.accept(new Wait(name, lookUp, slow::answer));
    }
  }

  /** One that the JDK has not cached. */
  private String newName() {
    return "patched" + names++ + ".test";
  }

  private interface Look {
    void at(Pipe.SourceChannel source) throws Exception;
  }

  private void select(Consumer<Wait> test) throws IOException {
    Map<String, Look> looks =
        Map.of(
            "Green.select", source -> Green.select(List.of(source), List.of(), null),
            "Select.select", source -> Select.select(List.of(source), List.of()),
            "Hub.awaitReadable", source -> Hub.current().awaitReadable(source),
            "Gevent.awaitReadable", Gevent::awaitReadable);
    for (var look : looks.entrySet()) {
      Pipe pipe = Pipe.open();
      try (var source = pipe.source();
          var sink = pipe.sink()) {
        source.configureBlocking(false);
        test.accept(
            new Wait(
                look.getKey(),
                () -> look.getValue().at(source),
                () -> sink.write(ByteBuffer.wrap(new byte[] {1}))));
      }
    }
  }

  private void processes(Consumer<Wait> test) throws IOException {
    try (var cat = GreenProcess.start("cat")) {
      test.accept(new Wait("GreenProcess.await", cat::await, () -> cat.stdin().close()));
    }
    try (var cat = GreenProcess.start("cat")) {
      test.accept(
          new Wait(
              "GreenProcess.stdout", () -> cat.stdout().readLine(), () -> cat.stdin().close()));
    }
    try (var cat = GeventProcess.start("cat")) {
      test.accept(new Wait("GeventProcess.await", cat::await, () -> cat.stdin().close()));
    }
  }

  private interface Reader {
    byte[] read(Path file) throws Exception;
  }

  /** A named pipe is a file that keeps its reader waiting, also in open. */
  private void files(Consumer<Wait> test) throws Exception {
    Map<String, Reader> readers =
        Map.of(
            "GreenPipe.open",
            file -> {
              try (var pipe = GreenPipe.open(file, StandardOpenOption.READ)) {
                return pipe.readAll();
              }
            },
            "GeventFile.open",
            file -> {
              try (var read = GeventFile.open(file, StandardOpenOption.READ)) {
                return read.readAll();
              }
            },
            "Tpool.execute",
            file -> Tpool.execute(() -> Files.readAllBytes(file)),
            "ThreadPool.apply",
            file -> Gevent.hub().threadPool().apply(() -> Files.readAllBytes(file)));
    for (var reader : readers.entrySet()) {
      Path file = folder.resolve("fifo-" + reader.getKey());
      assertThat(GeventProcess.call("mkfifo", file.toString())).isZero();
      test.accept(
          new Wait(
              reader.getKey(),
              () -> assertThat(reader.getValue().read(file)).asString(UTF_8).isEqualTo("text"),
              () -> Tpool.execute(() -> Files.writeString(file, "text"))));
    }
  }

  private static DataSource source(ThrowingRunnable connect) {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("getConnection")) {
                return "a slow database";
              }
              connect.run();
              return Proxy.newProxyInstance(
                  Connection.class.getClassLoader(),
                  new Class<?>[] {Connection.class},
                  (connection, of, values) ->
                      of.getReturnType() == boolean.class ? Boolean.FALSE : null);
            });
  }

  private void databases(Consumer<Wait> test) throws Exception {
    var connected = new CountDownLatch(1);
    var pool = new DbPool(source(connected::await));
    test.accept(new Wait("DbPool", () -> pool.acquire().close(), connected::countDown));
    pool.clear();
    try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        var client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
        var answering = server.accept()) {
      var raw = new RawDbPool(source(jdk(() -> client.getInputStream().read())));
      test.accept(
          new Wait(
              "RawDbPool",
              () -> raw.acquire().close(),
              () -> answering.getOutputStream().write(1)));
      raw.clear();
    }
  }

  private void signals(Consumer<Wait> test) {
    var heard = new io.greenloop.gevent.Event();
    try (var _ =
        Gevent.onSignal(
            "HUP",
            () -> {
              Gevent.sleep(ofMillis(1));
              heard.set();
            })) {
      test.accept(new Wait("Gevent.onSignal", heard::await, NothingIsPatchedTest::hangUp));
    }
    var called = new io.greenloop.gevent.Event();
    try (var _ = Gevent.hub().eventLoop().addSignalHandler("HUP", called::set)) {
      test.accept(new Wait("addSignalHandler", called::await, NothingIsPatchedTest::hangUp));
    }
  }

  private static void hangUp() throws IOException {
    GreenProcess.start("kill", "-HUP", String.valueOf(ProcessHandle.current().pid())).await();
  }
}
