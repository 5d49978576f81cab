package io.greenloop.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.LoopOptions;
import io.greenloop.RunOptions;
import io.greenloop.testing.RealTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.ITestListener;
import org.testng.ITestResult;
import org.testng.TestNG;
import org.testng.annotations.AfterClass;

/** The rules of Reactive Streams as its authors test them, on a loop of real threads. */
@RealTime
class ReactiveStreamsTckTest {
  /**
   * How long it waits for a signal that has to come, for one that must not (spent in full), and how
   * often it looks.
   */
  private static TestEnvironment environment() {
    return new TestEnvironment(5_000, 60, 10);
  }

  @TestFactory
  Stream<DynamicTest> publisher() {
    return results(PublisherRules.class, 31);
  }

  @TestFactory
  Stream<DynamicTest> subscriber() {
    return results(SubscriberRules.class, 11);
  }

  /** A loop that runs in a thread of its own until the last rule has been tested. */
  private static final class Running {
    final EventLoop loop = EventLoop.create(LoopOptions.defaults().withName("tck"));
    private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    private final Thread thread;

    Running() {
      var options = RunOptions.DEFAULT.loopFactory(() -> loop);
      thread =
          Thread.ofPlatform().daemon().start(() -> Aio.run(options, () -> Aio.wrap(end).join()));
      loop.submit(() -> 0).join(); // it runs
    }

    void end() throws InterruptedException {
      end.complete(null);
      thread.join(); // the loop is closed
    }
  }

  /** Made by the TCK's own runner. */
  public static final class PublisherRules extends FlowPublisherVerification<Long> {
    private final Running running = new Running();

    public PublisherRules() {
      super(environment());
    }

    @AfterClass
    public void stop() throws InterruptedException {
      running.end();
    }

    @Override
    public Flow.Publisher<Long> createFlowPublisher(long count) {
      return Flows.publisher(running.loop, () -> LongStream.range(0, count).boxed()::iterator);
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
      EventLoop closed = EventLoop.create();
      closed.close();
      return Flows.publisher(closed, List::of);
    }
  }

  /** Made by the TCK's own runner. */
  public static final class SubscriberRules extends FlowSubscriberBlackboxVerification<Long> {
    private final Running running = new Running();

    public SubscriberRules() {
      super(environment());
    }

    @AfterClass
    public void stop() throws InterruptedException {
      running.end();
    }

    @Override
    public Flow.Subscriber<Long> createFlowSubscriber() {
      var subscriber = new AtomicReference<Flow.@Nullable Subscriber<Long>>();
      Flow.Publisher<Long> publisher = ours -> subscriber.set(widened(ours));
      running
          .loop
          .submit(
              () -> {
                ReceivedItems<Long> items = Flows.subscribe(publisher, 4);
                return Aio.spawn(() -> items.forEach(item -> {}));
              })
          .join();
      return Objects.requireNonNull(subscriber.get());
    }

    @SuppressWarnings("unchecked") // it takes each Long
    private static Flow.Subscriber<Long> widened(Flow.Subscriber<? super Long> subscriber) {
      return (Flow.Subscriber<Long>) subscriber;
    }

    @Override
    public Long createElement(int number) {
      return (long) number;
    }
  }

  /** One test for each rule; the TCK skips those that cannot be tested, or that are optional. */
  private static Stream<DynamicTest> results(Class<?> rules, int least) {
    var results = new ArrayList<ITestResult>();
    var runner = new TestNG(false);
    runner.setVerbose(0);
    runner.setTestClasses(new Class<?>[] {rules});
    runner.addListener(
        new ITestListener() {
          @Override
          public void onTestSuccess(ITestResult result) {
            results.add(result);
          }

          @Override
          public void onTestFailure(ITestResult result) {
            results.add(result);
          }

          @Override
          public void onTestSkipped(ITestResult result) {
            results.add(result);
          }
        });
    runner.run();

    long passed = results.stream().filter(ITestResult::isSuccess).count();
    return Stream.concat(
        Stream.of(
            DynamicTest.dynamicTest(
                "at least " + least + " rules were tested",
                () -> assertThat(passed).isGreaterThanOrEqualTo(least))),
        results.stream().map(result -> DynamicTest.dynamicTest(result.getName(), check(result))));
  }

  private static org.junit.jupiter.api.function.Executable check(ITestResult result) {
    return () -> {
      Throwable thrown = result.getThrowable();
      Assumptions.assumeFalse(result.getStatus() == ITestResult.SKIP, String.valueOf(thrown));
      if (thrown != null) {
        throw thrown;
      }
    };
  }
}
