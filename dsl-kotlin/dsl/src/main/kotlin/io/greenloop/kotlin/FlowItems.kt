package io.greenloop.kotlin

import io.greenloop.EventLoop
import io.greenloop.sync.Queue
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow

/** How many items [asIterable] collects ahead. */
private const val AHEAD = 16

/**
 * The items of this flow for a `for` loop of a stackful task, which parks while there is none. The
 * flow is collected by a suspend task of the running loop, from now on, at most [ahead] items and one
 * in hand ahead of the loop over them.
 *
 * A channel comes by way of `consumeAsFlow()`. The other direction is [Queue.asFlow], and with
 * `produceIn` a channel.
 *
 * **Room:** the loop, in a stackful task.
 *
 * @throws IllegalArgumentException if [ahead] is less than 1
 * @throws IllegalStateException if no loop runs here
 */
public fun <T : Any> Flow<T>.asIterable(ahead: Int = AHEAD): FlowItems<T> = FlowItems(this, ahead)

/**
 * The items of a flow that is being collected; each goes to one iterator, if there are several. At
 * the end of the flow they end, too; what it failed with they throw, after the items before it.
 * Close it where not all are taken: that ends the collecting.
 */
public class FlowItems<T : Any> internal constructor(
  flow: Flow<T>,
  ahead: Int,
) : Iterable<T>,
  AutoCloseable {
  private val items: Queue<T>

  init {
    require(ahead >= 1) { "asIterable: ahead = $ahead (expected >= 1)" }
    items = Queue(ahead)
  }

  private var closed = false

  private val collecting =
    CoroutineScope(LoopDispatcher(EventLoop.current())).spawn("collect $flow") {
      try {
        flow.collect { items.send(it) }
      } finally {
        items.close()
      }
    }

  override fun iterator(): Iterator<T> =
    object : AbstractIterator<T>() {
      private val taken = items.iterator()

      override fun computeNext() {
        if (taken.hasNext()) {
          setNext(taken.next())
        } else {
          if (!closed) collecting.join() // throws what the flow failed with
          done()
        }
      }
    }

  /** Cancels the collecting and drops what has not been taken. Idempotent. */
  override fun close() {
    closed = true
    collecting.cancel("its items were closed")
    items.closeNow()
  }
}
