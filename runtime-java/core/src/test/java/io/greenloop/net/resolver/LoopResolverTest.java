package io.greenloop.net.resolver;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.net.NameResolution;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.Parity;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopResolverTest {
  private static final String NO_FOREIGN_PARKING =
      "InetAddress is left alone in portable mode; EventLoop.resolve parks there";
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final SlowResolver slow = new SlowResolver();
  private InetAddressResolver former;

  /** A name that the JDK has not cached. */
  private final String name = "host" + NAMES.incrementAndGet() + ".test";

  @BeforeEach
  void putTheSlowResolverInTheJdksPlace() {
    NameResolution.isInstalled(); // a first look-up, which installs it in either mode
    former = LoopResolverProvider.installed().replaceBuiltin(slow);
  }

  @AfterEach
  void putTheJdksBack() {
    LoopResolverProvider.installed().replaceBuiltin(former);
  }

  @Test
  @FullMode(NO_FOREIGN_PARKING)
  void inATaskALookUpParksAndTheLoopTicksOn() {
    run(
        () -> {
          Task<InetAddress> looking = spawn(() -> InetAddress.getByName(name));
          slow.awaitQuestion();
          for (int i = 0; i < 100; i++) {
            yieldNow();
          }
          assertThat(looking.isDone()).isFalse();

          slow.answer.countDown();

          assertThat(looking.join().getHostAddress()).isEqualTo("192.0.2.1");
        });
    assertThat(slow.askedBy.isVirtual()).isFalse(); // a worker: no task, and not the loop
    assertThat(slow.askedBy).isNotInstanceOf(LoopThread.class);
  }

  @Test
  @FullMode(NO_FOREIGN_PARKING)
  void aSecondTaskThatWantsTheSameNameParksToo() {
    run(
        () -> {
          Task<InetAddress> first = spawn(() -> InetAddress.getByName(name));
          slow.awaitQuestion();
          Task<InetAddress> second = spawn(() -> InetAddress.getByName(name));
          yieldNow();
          slow.answer.countDown();

          assertThat(second.join()).isEqualTo(first.join());
        });
    assertThat(slow.questions.get()).isEqualTo(1);
  }

  @Test
  @FullMode(NO_FOREIGN_PARKING)
  void anUnknownNameIsTheUsualException() {
    slow.answer.countDown();
    slow.unknown = true;

    run(
        () ->
            assertThatThrownBy(() -> InetAddress.getByName(name))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage(name));
  }

  @Test
  @FullMode(NO_FOREIGN_PARKING)
  void aCancelledLookUpLeavesTheNameFree() {
    run(
        () -> {
          Task<InetAddress> looking = spawn(() -> InetAddress.getByName(name));
          slow.awaitQuestion();
          looking.cancel();
          assertThatThrownBy(looking::join).isInstanceOf(CancelledError.class);

          slow.answer.countDown();
          assertThat(InetAddress.getByName(name).getHostAddress()).isEqualTo("192.0.2.1");
        });
  }

  @Test
  @FullMode(NO_FOREIGN_PARKING)
  void aReverseLookUpParksAsWell() {
    slow.answer.countDown();

    String found =
        run(() -> InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}).getHostName());

    assertThat(found).isEqualTo("reverse.test");
    assertThat(slow.askedBy.isVirtual()).isFalse(); // a worker: no task, and not the loop
    assertThat(slow.askedBy).isNotInstanceOf(LoopThread.class);
  }

  @Test
  void offTheLoopTheJdkAnswersOnTheCallersThread() throws UnknownHostException {
    slow.answer.countDown();

    assertThat(InetAddress.getByName(name).getHostAddress()).isEqualTo("192.0.2.1");
    assertThat(slow.askedBy).isSameAs(Thread.currentThread());
  }

  @Test
  @FullMode(NO_FOREIGN_PARKING)
  void inACallbackTheJdkAnswersAtOnce() {
    slow.answer.countDown();
    var found = new ArrayList<String>();
    run(
        () -> {
          EventLoop.current()
              .callSoon(
                  () -> {
                    try {
                      found.add(InetAddress.getByName(name).getHostAddress());
                    } catch (UnknownHostException e) {
                      found.add(e.toString());
                    }
                  });
          yieldNow();
          yieldNow();
        });

    assertThat(found).containsExactly("192.0.2.1");
  }

  @Test
  @Parity("SOCK-7")
  void resolveParksInEitherMode() {
    run(
        () -> {
          Task<List<InetAddress>> looking = spawn(() -> EventLoop.current().resolve(name));
          slow.awaitQuestion();
          for (int i = 0; i < 100; i++) {
            yieldNow();
          }
          assertThat(looking.isDone()).isFalse();

          slow.answer.countDown();

          assertThat(looking.join())
              .singleElement()
              .extracting(InetAddress::getHostAddress)
              .isEqualTo("192.0.2.1");
        });
  }

  @Test
  @Parity("SOCK-7")
  void aLiteralAddressIsNotLookedUp() {
    run(
        () -> {
          var found = EventLoop.current().resolve("192.0.2.9");

          assertThat(found).containsExactly(InetAddress.ofLiteral("192.0.2.9"));
        });
    assertThat(slow.questions.get()).isZero();
  }

  @Test
  @Parity("SOCK-7")
  void aNameWithoutAddressIsAnErrorAtTheCaller() {
    slow.answer.countDown();
    slow.unknown = true;

    run(
        () ->
            assertThatThrownBy(() -> EventLoop.current().resolve(name))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage(name));
  }

  @Test
  @FullMode("portable mode says that look-ups hold the loop")
  void theSelfTestSaysThatItIsInstalled() {
    assertThat(NameResolution.isInstalled()).isTrue();
    assertThat(NameResolution.selfTest()).isEqualTo("InetAddress parks the task");
  }

  @Test
  void thePropertyTurnsItOff() {
    System.setProperty(LoopResolverProvider.PROPERTY, "off");
    try {
      assertThat(LoopResolverProvider.isOff()).isTrue();
      assertThat(NameResolution.selfTest())
          .startsWith("InetAddress holds the loop: ")
          .endsWith("; EventLoop.resolve parks");
    } finally {
      System.clearProperty(LoopResolverProvider.PROPERTY);
    }
  }

  /** Answers when the test says so, on the thread that asks. */
  private static final class SlowResolver implements InetAddressResolver {
    final AtomicInteger questions = new AtomicInteger();
    final CountDownLatch answer = new CountDownLatch(1);
    volatile boolean unknown;
    volatile Thread askedBy;

    /** Waits, as a task, until somebody has asked. */
    void awaitQuestion() {
      while (questions.get() == 0) {
        yieldNow();
      }
    }

    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
        throws UnknownHostException {
      take();
      if (unknown) {
        throw new UnknownHostException(host);
      }
      return Stream.of(InetAddress.getByAddress(host, new byte[] {(byte) 192, 0, 2, 1}));
    }

    @Override
    public String lookupByAddress(byte[] address) {
      take();
      return "reverse.test"; // for which lookupByName gives the same address
    }

    private void take() {
      askedBy = Thread.currentThread();
      questions.incrementAndGet();
      try {
        answer.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
