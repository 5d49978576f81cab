package io.greenloop.kotlin

import io.greenloop.sync.Queue
import io.greenloop.sync.QueueClosedException
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/**
 * Suspends until there is an item and takes it. The suspend twin of `get()`. Does not suspend, nor
 * notice a pending cancel, where there is one.
 *
 * An item that was handed to a coroutine that is cancelled before it goes on is passed to the next
 * one that waits, or goes back to the front.
 *
 * @throws QueueClosedException if the queue is closed and empty, or gets so while this waits
 * @throws IllegalStateException if the coroutine does not run on a loop
 */
public suspend fun <T : Any> Queue<T>.receive(): T =
  tryGet().orElse(null) ?: waitServed("Queue.receive") { get(it) }

/**
 * Suspends until there is room and puts [item] in; in a `Queue.rendezvous()`, until it is taken. The
 * suspend twin of `put()`.
 *
 * The item of a coroutine that is cancelled is not in the queue afterwards, unless somebody has
 * taken it by then.
 *
 * @throws QueueClosedException if the queue is closed, or is closed while this waits
 * @throws IllegalStateException if the coroutine does not run on a loop
 */
public suspend fun <T : Any> Queue<T>.send(item: T) {
  if (!tryPut(item)) waitServed<Void?>("Queue.send") { put(item, it) }
}

/** Suspends until the work on every item put in is done. The suspend twin of `join()`. */
public suspend fun Queue<*>.awaitDone() {
  waitServed<Void?>("Queue.awaitDone") { join(it) }
}

/**
 * The items, for a loop of suspend code: `for (item in queue.received())`. Ends when the queue is
 * closed and empty. (Without `received()` the loop parks, as the queue is an `Iterable`.)
 */
public fun <T : Any> Queue<T>.received(): ReceivedItems<T> = ReceivedItems(this)

/** What `for` needs to take the items of a queue one by one; see [received]. */
public class ReceivedItems<T : Any> internal constructor(
  private val queue: Queue<T>,
) {
  private var next: T? = null

  /** These items. */
  public operator fun iterator(): ReceivedItems<T> = this

  /** Suspends until there is an item, or the queue is closed and empty. */
  public suspend operator fun hasNext(): Boolean {
    if (next == null) {
      next =
        try {
          queue.receive()
        } catch (_: QueueClosedException) {
          return false
        }
    }
    return true
  }

  /**
   * The item that [hasNext] has taken.
   *
   * @throws NoSuchElementException if it has not
   */
  public operator fun next(): T {
    val item = next ?: throw NoSuchElementException("next: call hasNext() first")
    next = null
    return item
  }
}

/**
 * The items as a flow that ends when the queue is closed and empty. Each item goes to one collector:
 * whoever collects takes it.
 */
public fun <T : Any> Queue<T>.asFlow(): Flow<T> =
  flow {
    for (item in received()) emit(item)
  }
