package example.kotlinx

import io.greenloop.kotlin.loop
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onCompletion
import kotlinx.coroutines.flow.runningFold
import kotlinx.coroutines.flow.take
import kotlin.time.Duration.Companion.milliseconds

/** A pipeline of flows: a sensor that ticks, a slow consumer, and a buffer between the two. */
object Pipeline {
  private fun readings(): Flow<Int> =
    flow {
      var value = 7
      while (true) {
        delay(10.milliseconds)
        value = value * 31 % 101
        emit(value)
      }
    }

  /** The highest reading so far, each time that there is a new one among [count] even readings. */
  fun peaks(count: Int): Flow<Int> =
    readings()
      .filter { it % 2 == 0 }
      .take(count)
      .buffer()
      .map { reading ->
        delay(25.milliseconds)
        reading
      }.runningFold(0, ::maxOf)

  /** The one line that differs: `loop {` was `runBlocking {`. */
  @JvmStatic
  fun main(args: Array<String>) =
    loop {
      peaks(5).onCompletion { println("done") }.collect(::println)
    }
}
