package io.greenloop.kotlin

import io.greenloop.Waiter
import io.greenloop.sync.Barrier
import io.greenloop.sync.Condition
import io.greenloop.sync.Event
import io.greenloop.sync.Lock
import io.greenloop.sync.Permit
import io.greenloop.sync.Select
import io.greenloop.sync.Semaphore
import kotlinx.coroutines.Job
import kotlinx.coroutines.ensureActive
import kotlin.contracts.ExperimentalContracts
import kotlin.contracts.InvocationKind.EXACTLY_ONCE
import kotlin.contracts.contract
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn

// The suspend twins of the members that park, in the same queues of waiters: a coroutine and a
// stackful task that wait for one lock get it in the order in which they came.

/**
 * Suspends until this lock is free and takes it. The suspend twin of `acquire()`. Does not suspend,
 * nor notice a pending cancel, where it is free; first come, first served where it is not.
 *
 * @return what releases it when closed; or call `release()`
 * @throws kotlinx.coroutines.CancellationException if the coroutine is cancelled while it waits; a
 *   lock that was handed to it by then goes to the next one
 * @throws IllegalStateException if the coroutine does not run on a loop
 */
public suspend fun Lock.lock(): Permit =
  if (tryAcquire()) Permit(::release) else waitServed("Lock.lock") { acquire(it) }

/** Runs [action] with this lock held. */
@OptIn(ExperimentalContracts::class)
public suspend inline fun <T> Lock.withLock(action: () -> T): T {
  contract { callsInPlace(action, EXACTLY_ONCE) }
  lock()
  try {
    return action()
  } finally {
    release()
  }
}

/**
 * Suspends until there is a permit and takes it. The suspend twin of `acquire()`, whose name the
 * parking member has. Strictly first come, first served.
 *
 * @return what gives the permit back when closed; or call `release()`
 * @throws kotlinx.coroutines.CancellationException if the coroutine is cancelled while it waits; a
 *   permit that was handed to it by then goes to the next one
 * @throws IllegalStateException if the coroutine does not run on a loop
 */
public suspend fun Semaphore.acquirePermit(): Permit =
  if (tryAcquire()) Permit(::release) else waitServed("Semaphore.acquirePermit") { acquire(it) }

/** Runs [action] with a permit of this semaphore. */
@OptIn(ExperimentalContracts::class)
public suspend inline fun <T> Semaphore.withPermit(action: () -> T): T {
  contract { callsInPlace(action, EXACTLY_ONCE) }
  acquirePermit()
  try {
    return action()
  } finally {
    release()
  }
}

/**
 * Suspends until the flag is set; goes on at once where it is. The suspend twin of `waitFor()`: a
 * `clear()` that follows the `set()` does not keep back who waited for it.
 *
 * @throws IllegalStateException if the coroutine does not run on a loop
 */
public suspend fun Event.await() {
  if (!isSet) waitServed<Event>("Event.await") { waitFor(it) }
}

/**
 * Arrives, and suspends until all parties have. The suspend twin of `waitFor()`.
 *
 * @return who one is: 0 for the first to arrive, up to parties - 1
 * @throws io.greenloop.sync.BrokenBarrierException if the barrier is broken, or reset or aborted
 *   meanwhile
 * @throws IllegalStateException if the coroutine does not run on a loop
 */
public suspend fun Barrier.await(): Int = waitServed("Barrier.await") { waitFor(it) }

/** Runs [action] with the lock of this condition held. */
@OptIn(ExperimentalContracts::class)
public suspend inline fun <T> Condition.withLock(action: () -> T): T {
  contract { callsInPlace(action, EXACTLY_ONCE) }
  return lock().withLock(action)
}

/**
 * Releases the lock, suspends until notified, and takes the lock again. The suspend twin of
 * `waitFor()`. The lock is held when this returns and when it throws a cancel: taking it again is not
 * cancellable, and a notification that a cancelled coroutine cannot use goes to the next one.
 *
 * @throws IllegalStateException if the lock is not held (by anyone), or the coroutine does not run on
 *   a loop
 */
public suspend fun Condition.await() {
  val context = coroutineContext
  val dispatcher = context.dispatcherHere("Condition.await")
  var notification: Waiter<Condition>? = null
  try {
    suspendCoroutineUninterceptedOrReturn<Condition> { continuation ->
      val waiter = WaiterWait(dispatcher, continuation)
      waitFor(waiter)
      notification = waiter
      waiter.begin(context[Job])
      COROUTINE_SUSPENDED
    }
  } finally {
    notification?.let { lockAgain(dispatcher, it) }
  }
  try {
    context.ensureActive()
  } catch (cancelled: Throwable) {
    notification?.abandon()
    throw cancelled
  }
}

private suspend fun Condition.lockAgain(
  dispatcher: LoopDispatcher,
  notification: Waiter<Condition>,
) {
  if (lock().tryAcquire()) return
  val context = coroutineContext
  try {
    suspendCoroutineUninterceptedOrReturn<Permit> { continuation ->
      val waiter = WaiterWait(dispatcher, continuation, isCancellable = false)
      lock().acquire(waiter)
      waiter.begin(context[Job])
      COROUTINE_SUSPENDED
    }
  } catch (failure: Throwable) {
    notification.abandon()
    throw failure
  }
}

/** Suspends until [condition] holds; looks before the first wait and after each. */
public suspend fun Condition.await(condition: () -> Boolean) {
  while (!condition()) await()
}

/**
 * Suspends until one of the things is ready, takes it, and gives what its function makes of it. The
 * suspend twin of `run()`. A coroutine that is cancelled before it goes on has taken nothing.
 *
 * @throws io.greenloop.sync.QueueClosedException if a queue that is selected from is closed
 */
public suspend fun <R> Select<R>.await(): R {
  val run = begin()
  if (!run.isDecided) {
    try {
      run.decided().await()
    } catch (failure: Throwable) {
      run.drop()
      throw failure
    }
  }
  return run.finish()
}
