package example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.eventlet.DagPool;
import io.greenloop.eventlet.Event;
import io.greenloop.eventlet.Eventlet;
import io.greenloop.eventlet.GreenPile;
import io.greenloop.eventlet.GreenPool;
import io.greenloop.eventlet.GreenSocket;
import io.greenloop.eventlet.GreenThread;
import io.greenloop.eventlet.Hub;
import io.greenloop.eventlet.IOClosedException;
import io.greenloop.eventlet.Net;
import io.greenloop.eventlet.Pool;
import io.greenloop.eventlet.PoolOptions;
import io.greenloop.eventlet.Queue;
import io.greenloop.eventlet.Timeout;
import io.greenloop.eventlet.Tpool;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The patterns of eventlet programs, written with its names here; the Python stands above each. */
class EventletPatternsTest {
  private static String fetch(String url) {
    Eventlet.sleep(ofMillis(url.length()));
    return "body of " + url;
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  // for body in GreenPool(200).imap(fetch, urls): print(body)
  @Test
  void crawler(TestLoop t) {
    t.run(
        () -> {
          try (var bodies =
              new GreenPool(200).imap(EventletPatternsTest::fetch, List.of("long", "a", "bb"))) {
            bodies.forEachRemaining(t::note);
          }
        });
    assertThat(t.trail()).containsExactly("body of long@4", "body of a@4", "body of bb@4");
  }

  // pile = GreenPile(10); for u in urls: pile.spawn(fetch, u); print(list(pile))
  @Test
  void fanOutAndCollectInOrder(TestLoop t) {
    t.run(
        () -> {
          var pile = new GreenPile<String>(10);
          for (String url : List.of("bb", "a")) {
            pile.spawn(() -> fetch(url));
          }
          pile.forEachRemaining(t::note);
        });
    assertThat(t.trail()).containsExactly("body of bb@2", "body of a@2");
  }

  // def chat(s, addr): clients.add(s) … for c in clients: c.sendall(line)
  @Test
  @RealTime
  void chatServer(TestLoop t) {
    t.run(
        () -> {
          Set<GreenSocket> clients = new LinkedHashSet<>();
          var listener = Net.listen(loopback(0));
          var server =
              Eventlet.spawn(
                  () ->
                      Net.serve(
                          listener,
                          (socket, address) -> {
                            clients.add(socket);
                            try (var lines = socket.makeFile()) {
                              for (String line = lines.readLine();
                                  line != null;
                                  line = lines.readLine()) {
                                for (GreenSocket other : clients) {
                                  other.writeFully(line.getBytes(UTF_8));
                                }
                              }
                            } finally {
                              clients.remove(socket);
                            }
                          }));
          var alice = Net.connect(loopback(listener.port()));
          var bob = Net.connect(loopback(listener.port()));
          bob.writeFully("I am here\n".getBytes(UTF_8));
          assertThat(bob.recv(100)).asString(UTF_8).isEqualTo("I am here\n");
          alice.writeFully("hello\n".getBytes(UTF_8));
          assertThat(bob.recv(100)).asString(UTF_8).isEqualTo("hello\n");
          alice.close();
          bob.close();
          server.kill();
          listener.close();
        });
    t.errors(); // who leaves with unread lines resets the connection, and a handler hears of it
  }

  // while True: c, a = sock.accept(); pool.spawn_n(handle, c)
  @Test
  @RealTime
  void acceptLoopByHand(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(10);
          var listener = Net.listen(loopback(0));
          var server =
              Eventlet.spawn(
                  () -> {
                    while (true) {
                      GreenSocket client = listener.accept();
                      pool.spawnN(
                          () -> {
                            client.writeFully("bye".getBytes(UTF_8));
                            client.close();
                          });
                    }
                  });
          try (var client = Net.connect(loopback(listener.port()))) {
            assertThat(client.recv(100)).asString(UTF_8).isEqualTo("bye");
          }
          server.kill();
          listener.close();
          pool.awaitAll();
        });
  }

  // with Timeout(0.005, False): data = q.get()
  // with_timeout(0.002, call, timeout_value=None)
  @Test
  void timeoutsAroundAReadAndWithAFallback(TestLoop t) {
    t.run(
        () -> {
          t.note(Timeout.silent(ofMillis(5), () -> new Queue<String>().get()));
          t.note(Eventlet.<String>withTimeout(ofMillis(2), "none", () -> fetch("http://slow/")));
        });
    assertThat(t.trail()).containsExactly("false@5", "none@7");
  }

  // workers: while True: job = q.get(); …; q.task_done()     main: q.join(); [w.kill() for w in ws]
  @Test
  void producerAndConsumers(TestLoop t) {
    t.run(
        () -> {
          var jobs = new Queue<Integer>(2);
          List<GreenThread<?>> workers = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            workers.add(
                Eventlet.spawn(
                    () -> {
                      while (true) {
                        int job = jobs.get();
                        Eventlet.sleep(ofMillis(10));
                        t.note("job " + job);
                        jobs.taskDone();
                      }
                    }));
          }
          for (int job = 0; job < 4; job++) {
            jobs.put(job);
          }
          jobs.join();
          workers.forEach(GreenThread::kill);
          t.note("done");
        });
    assertThat(t.trail())
        .containsExactly("job 0@10", "job 1@10", "job 2@20", "job 3@20", "done@20");
  }

  // evt = Event(); spawn(work, evt); evt.wait()
  @Test
  void resultHandedOver(TestLoop t) {
    t.run(
        () -> {
          var event = new Event<String>();
          Eventlet.spawn(() -> event.send(fetch("abc")));
          t.note(event.await());
        });
    assertThat(t.trail()).containsExactly("body of abc@3");
  }

  // def tick(): …; spawn_after(0.01, tick)
  @Test
  void periodicWork(TestLoop t) {
    t.run(
        () -> {
          var ticking =
              Eventlet.spawn(
                  () -> {
                    while (true) {
                      Eventlet.sleep(ofMillis(10));
                      t.note("tick");
                    }
                  });
          Eventlet.sleep(ofMillis(25));
          ticking.kill();
          Eventlet.sleep(ofMillis(25));
        });
    assertThat(t.trail()).containsExactly("tick@10", "tick@20");
  }

  // tpool.execute(f)
  @Test
  void blockingLibrary(TestLoop t) {
    t.run(() -> t.note(Tpool.execute(() -> "computed on a thread")));
    assertThat(t.trail()).containsExactly("computed on a thread@0");
    Tpool.killAll();
    Hub.current().close();
  }

  // with pool.item() as x: …
  @Test
  void sharedResource(TestLoop t) {
    t.run(
        () -> {
          int[] made = new int[1];
          var pool = new Pool<>(PoolOptions.DEFAULT.withMaxSize(1), () -> "resource " + made[0]++);
          var pile = new GreenPile<@Nullable Void>(3);
          for (int i = 0; i < 3; i++) {
            pile.spawn(
                () -> {
                  try (var held = pool.item()) {
                    Eventlet.sleep(ofMillis(10));
                    t.note(held.value());
                  }
                });
          }
          pile.forEachRemaining(nothing -> {});
        });
    assertThat(t.trail()).containsExactly("resource 0@10", "resource 0@20", "resource 0@30");
  }

  // DAGPool().spawn_many({'exe': ['a.o', 'b.o'], 'a.o': (), 'b.o': ()}, build)
  @Test
  void dependencyGraph(TestLoop t) {
    t.run(
        () -> {
          var pool = new DagPool<String, String>();
          pool.spawnMany(
              Map.of("exe", List.of("a.o", "b.o"), "a.o", List.of(), "b.o", List.of()),
              (target, results) -> {
                results.forEachRemaining(each -> {});
                Eventlet.sleep(ofMillis(10));
                t.note(target);
                return "built " + target;
              });
          assertThat(pool.awaitAll()).hasSize(3);
        });
    assertThat(t.trail()).hasSize(3).endsWith("exe@20");
  }

  // for g in gs: g.kill()      try: g.wait() except GreenletExit: pass
  @Test
  void killingAGroup(TestLoop t) {
    t.run(
        () -> {
          var pool = new GreenPool(5);
          List<GreenThread<?>> threads = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            threads.add(pool.spawn(() -> Eventlet.sleep(ofSeconds(1000))));
          }
          Eventlet.sleep();
          pool.killAll();
          for (GreenThread<?> each : threads) {
            try {
              each.await();
            } catch (GreenletExit killed) {
              t.note("killed");
            }
          }
        });
    assertThat(t.trail()).containsExactly("killed@0", "killed@0", "killed@0");
  }

  private static void copy(GreenSocket from, GreenSocket to) throws IOException {
    try {
      for (byte[] data = from.recv(8192); data.length > 0; data = from.recv(8192)) {
        to.writeFully(data);
      }
    } catch (IOClosedException otherSideHasEnded) {
      return;
    } finally {
      to.close();
      from.close();
    }
  }

  // spawn_n(copy, client, server); spawn_n(copy, server, client)
  @Test
  @RealTime
  void portForwarder(TestLoop t) {
    t.run(
        () -> {
          var backend = Net.listen(loopback(0));
          Eventlet.spawn(
              () -> {
                try (var socket = backend.accept()) {
                  socket.writeFully(socket.recv(100));
                }
              });
          var front = Net.listen(loopback(0));
          Eventlet.spawn(
              () -> {
                GreenSocket client = front.accept();
                GreenSocket server = Net.connect(loopback(backend.port()));
                Eventlet.spawnN(() -> copy(client, server));
                Eventlet.spawnN(() -> copy(server, client));
              });
          try (var client = Net.connect(loopback(front.port()))) {
            client.writeFully("through".getBytes(UTF_8));
            assertThat(client.recv(100)).asString(UTF_8).isEqualTo("through");
            assertThat(client.recv(100)).isEmpty();
          }
          front.close();
          backend.close();
        });
  }

  // spawn_for_awaitable(coro).wait()       loop.call_soon_threadsafe(event.send, x)
  @Test
  void mixedWithTasksAndThreads(TestLoop t) {
    t.run(
        () -> {
          var task =
              Aio.spawn(
                  () -> {
                    Aio.sleep(ofMillis(5));
                    return "from a task";
                  });
          t.note(Eventlet.spawnForAwaitable(task).await());
          t.note(Eventlet.spawn(() -> "to a task").toFuture().join());

          var event = new Event<String>();
          var expected = t.loop().expectPosts();
          new Thread(() -> t.loop().callSoonThreadsafe(() -> event.send("from a thread"))).start();
          t.note(event.await());
          expected.remove();
        });
    assertThat(t.trail()).containsExactly("from a task@5", "to a task@5", "from a thread@5");
  }
}
