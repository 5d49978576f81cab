package io.greenloop.programs;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopCores;
import io.greenloop.sync.Barrier;
import io.greenloop.sync.Condition;
import io.greenloop.sync.Event;
import io.greenloop.sync.LifoQueue;
import io.greenloop.sync.Lock;
import io.greenloop.sync.Queue;
import io.greenloop.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the tasks of a program share, and a ledger of it. What breaks a promise becomes a fault: an
 * exception could be caught by the program.
 */
final class World {
  private static final Duration MOMENT = Duration.ofMillis(1);

  static final int SEMAPHORES = 2; // with 1 and 2 permits
  static final int QUEUES = 4; // 1 item; no limit; 2, last in, first out; from hand to hand

  final List<Lock> locks = List.of(new Lock(), new Lock());
  final List<Semaphore> semaphores = List.of(new Semaphore(1), new Semaphore(2));
  final List<Condition> conditions = List.of(new Condition(), new Condition());
  final List<Event> events = List.of(new Event(), new Event());
  final List<Queue<String>> queues =
      List.of(new Queue<>(1), new Queue<>(), new LifoQueue<>(2), Queue.rendezvous());
  final List<Barrier> barriers = List.of(new Barrier(2), new Barrier(3));
  final List<Promise<String>> futures;
  final List<String> faults = new ArrayList<>();

  private final EventLoop loop;
  private final int[] holders = new int[2 + SEMAPHORES + 2]; // locks, semaphores, conditions
  private final List<Set<String>> inQueue =
      Stream.generate(() -> (Set<String>) new HashSet<String>()).limit(QUEUES).toList();
  private final List<Set<String>> taken =
      Stream.generate(() -> (Set<String>) new HashSet<String>()).limit(QUEUES).toList();
  private final boolean[] dropsItems = new boolean[QUEUES];
  private boolean speaks;

  World(EventLoop loop) {
    this.loop = loop;
    futures = Stream.generate(() -> loop.<String>newPromise()).limit(3).toList();
  }

  void fault(String what) {
    faults.add(what);
  }

  // ---- the ledger --------------------------------------------------------------------------

  /** L1: brackets code that does not wait. */
  void alone(Runnable code) {
    if (speaks) {
      fault("two pieces of code run at once");
    }
    speaks = true;
    code.run();
    speaks = false;
  }

  /** Somebody came into block {@code slot}, which holds {@code limit} at most. */
  void entered(int slot, int limit) {
    if (++holders[slot] > limit) {
      fault("block " + slot + " is entered " + holders[slot] + " times");
    }
  }

  void left(int slot) {
    holders[slot]--;
  }

  void putDone(int queue, String item) {
    inQueue.get(queue).add(item);
  }

  void got(int queue, String item) {
    if (!taken.get(queue).add(item)) {
      fault(item + " came out of queue " + queue + " twice");
    }
  }

  /** From here on what is left in {@code queue} may be lost. */
  void dropsItems(int queue) {
    dropsItems[queue] = true;
  }

  // ---- the end -----------------------------------------------------------------------------

  /** In the main task, when every other one has ended: nothing is held, lost or left behind. */
  void checkEnd(Task<?> main) {
    var core = LoopCores.of(loop);
    expect(loop.allTasks().equals(Set.of(main)), "tasks are left: " + loop.allTasks());
    expect(core.pendingTimers() == 0, "timers are left: " + core.pendingTimers());
    expect(core.readyEntries() == 0 || !core.isInHub(), "entries are left");
    expect(core.foreignParked() == 0, "parked outside: " + core.foreignParked());
    expect(main.cancelRequests() == 0, "main has requests: " + main.cancelRequests());
    for (int holder : holders) {
      expect(holder == 0, "a block is still held");
    }
    locks.forEach(this::checkLock);
    conditions.forEach(this::checkCondition);
    for (int i = 0; i < SEMAPHORES; i++) {
      checkSemaphore(semaphores.get(i), i + 1);
    }
    for (int i = 0; i < QUEUES; i++) {
      checkQueue(i);
    }
    barriers.forEach(b -> expect(b.isBroken() || b.waiting() == 0, "somebody is left at " + b));
  }

  private void expect(boolean holds, String otherwise) {
    if (!holds) {
      fault(otherwise);
    }
  }

  /** A waiter that was left behind would take what is released here. */
  private void checkLock(Lock lock) {
    expect(lock.tryAcquire(), lock + " is held at the end");
    lock.release();
    expect(!lock.isLocked(), lock + " went to a waiter that was left behind");
  }

  private void checkSemaphore(Semaphore semaphore, int permits) {
    expect(semaphore.permits() == permits, semaphore + " had " + permits + " permits");
    while (semaphore.tryAcquire()) {}
    for (int i = 0; i < permits; i++) {
      semaphore.release();
    }
    expect(semaphore.permits() == permits, semaphore + " has a waiter that was left behind");
  }

  private void checkCondition(Condition condition) {
    checkLock(condition.lock());
    var woken = new boolean[1];
    Task<?> waiter =
        Aio.spawn(
            () -> {
              condition.acquire();
              try {
                condition.waitFor();
                woken[0] = true;
              } finally {
                condition.release();
              }
            });
    Aio.sleep(MOMENT); // lets everything run that is ready
    condition.acquire();
    condition.notifyOne();
    condition.release();
    Aio.sleep(MOMENT);
    expect(woken[0], condition + " has a waiter that was left behind");
    waiter.cancel();
    Aio.waitUntil(List.of(waiter));
  }

  private void checkQueue(int index) {
    Queue<String> queue = queues.get(index);
    var left = new HashSet<String>();
    while (!queue.isEmpty()) {
      left.add(queue.tryGet().orElseThrow());
    }
    Set<String> out =
        Stream.concat(left.stream(), taken.get(index).stream()).collect(Collectors.toSet());
    var lost = new HashSet<>(inQueue.get(index));
    lost.removeAll(out);
    expect(dropsItems[index] || lost.isEmpty(), "lost in queue " + index + ": " + lost);
    out.removeAll(inQueue.get(index));
    expect(out.isEmpty(), "came out of queue " + index + ", but their put failed: " + out);
    left.retainAll(taken.get(index));
    expect(left.isEmpty(), "still in queue " + index + " after they were taken: " + left);
    if (!queue.isClosed()) {
      boolean holds = index < QUEUES - 1;
      expect(
          queue.tryPut("probe") == holds, "queue " + index + " has a getter that is left behind");
      expect(queue.tryGet().isPresent() == holds, "queue " + index + " has lost an item");
      expect(queue.isEmpty(), "queue " + index + " has a putter that is left behind");
    }
  }
}
