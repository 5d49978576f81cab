package io.greenloop;

import static io.greenloop.Aio.asCompleted;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.toThread;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.internal.loop.LoopCores;
import io.greenloop.reactor.Completion;
import io.greenloop.sync.Lock;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may call what: a call from the wrong thread is refused before it changes anything. */
class RoomsTest {
  private static final class Ignored<T> implements Completion<T> {
    @Override
    public void completed(T result) {}

    @Override
    public void failed(IOException cause) {}
  }

  /** A waiter that is only counted. */
  private static final class Place extends Waiter<Integer> {
    @Override
    protected void onServed(Integer value) {}

    @Override
    protected void onFailed(Throwable failure) {}
  }

  private static void isRefusedElsewhere(String operation, ThrowingRunnable call) {
    String message =
        toThread(
                () -> {
                  try {
                    call.run();
                    return "nothing";
                  } catch (WrongThreadException e) {
                    return e.getMessage();
                  }
                })
            .join();
    assertThat(message).startsWith(operation + " on loop '");
  }

  @Test
  void aTimerIsCancelledByItsLoopOnly(TestLoop t) {
    t.run(
        () -> {
          TimerHandle timer = t.loop().callLater(ofHours(1), () -> {});

          isRefusedElsewhere("cancel", timer::cancel);

          assertThat(LoopCores.of(t.loop()).pendingTimers()).isEqualTo(1);
          assertThat(timer.isCancelled()).isFalse();
          timer.cancel();
        });
  }

  @Test
  void registrationsAreTakenBackByTheirLoopOnly(TestLoop t) {
    t.run(
        () -> {
          Registration whenDone = newPromise().whenDone(f -> {});
          Registration onShutdown = t.loop().onShutdown(() -> t.note("closed"));

          isRefusedElsewhere("remove", whenDone::remove);
          isRefusedElsewhere("remove", onShutdown::remove);

          assertThat(whenDone.remove()).isTrue();
          assertThat(whenDone.remove()).isFalse();
          assertThat(onShutdown.remove()).isTrue();
          assertThat(onShutdown.remove()).isFalse();
        });

    assertThat(t.trail()).isEmpty();
  }

  @Test
  void theProactorIsForItsLoopOnly(TestLoop t) throws IOException {
    try (var listener = ServerSocketChannel.open();
        var channel = SocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      listener.configureBlocking(false);
      channel.configureBlocking(false);
      t.run(
          () -> {
            var proactor = t.loop().proactor();
            var bytes = ByteBuffer.allocate(1);
            isRefusedElsewhere("read", () -> proactor.read(channel, bytes, new Ignored<>()));
            isRefusedElsewhere("write", () -> proactor.write(channel, bytes, new Ignored<>()));
            isRefusedElsewhere("accept", () -> proactor.accept(listener, new Ignored<>()));
            isRefusedElsewhere(
                "connect",
                () -> proactor.connect(channel, listener.getLocalAddress(), new Ignored<>()));

            var accepting = proactor.accept(listener, new Ignored<>());
            isRefusedElsewhere("cancel", accepting::cancel);

            assertThat(accepting.cancel()).isTrue();
            yieldNow();
          });
    }
  }

  @Test
  void asCompletedIsClosedByItsLoopOnly(TestLoop t) {
    t.run(
        () -> {
          Promise<Integer> promise = newPromise();
          var iterator = asCompleted(List.of(promise));

          isRefusedElsewhere("close", iterator::close);

          promise.complete(1);
          assertThat(iterator.next()).isSameAs(promise);
        });
  }

  @Test
  void aWaiterIsTakenOffItsQueueByItsLoopOnly(TestLoop t) {
    t.run(
        () -> {
          var queue = new WaitQueue<Integer, String>("a place", (value, brought) -> {});
          var place = new Place();
          queue.add(place, "");

          isRefusedElsewhere("abandon", place::abandon);

          assertThat(queue.size()).isEqualTo(1);
          assertThat(place.abandon()).isTrue();
        });
  }

  @Test
  void theContextOfATaskIsForItsLoopOnly(TestLoop t) {
    ContextVar<String> user = ContextVar.create("user");
    t.run(
        () -> {
          var lock = new Lock();
          lock.acquire();
          var task =
              spawn(
                  () -> {
                    user.set("inner");
                    lock.acquire();
                    return user.get();
                  });

          isRefusedElsewhere("context", task::context);

          yieldNow();
          lock.release();
          assertThat(task.join()).isEqualTo("inner");
        });
  }
}
