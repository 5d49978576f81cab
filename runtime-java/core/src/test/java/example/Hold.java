package example;

import io.greenloop.coroutine.Coroutine;
import java.util.concurrent.CountDownLatch;

/** Code of a user that holds its loop until it is told to let go. */
public final class Hold {
  private final CountDownLatch holds = new CountDownLatch(1);
  private final CountDownLatch letGo = new CountDownLatch(1);
  private volatile boolean released;
  private volatile Thread parked;

  /** Holds the loop. */
  public void untilReleased() {
    holds.countDown();
    while (!released) {
      Thread.onSpinWait(); // a wait would park the task, and hold nobody up
    }
  }

  /** Waits in a call of the JDK, which holds the loop in portable mode only. */
  public void parkedUntilReleased() throws InterruptedException {
    parked = Thread.currentThread();
    holds.countDown();
    letGo.await();
  }

  /** Any other thread: waits until {@link #parkedUntilReleased} does. */
  public void awaitParked() throws InterruptedException {
    awaitHeld();
    while (parked.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  /** Holds the loop from inside a coroutine. */
  public void inCoroutineUntilReleased() {
    Coroutine.<Object, Object>of(
            self -> {
              untilReleased();
              return "released";
            })
        .send(null);
  }

  /** Any other thread: waits for the hold to begin. */
  public void awaitHeld() throws InterruptedException {
    holds.await();
  }

  /** Ends it. */
  public void release() {
    released = true;
    letGo.countDown();
  }
}
