package example.kotlinx

import io.greenloop.kotlin.loop
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.SendChannel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.yield

private sealed interface Message {
  data object Increment : Message

  class Read(
    val answer: CompletableDeferred<Int>,
  ) : Message
}

/** A coroutine that owns the state, and a channel for those who want something of it. */
private fun CoroutineScope.counter(): SendChannel<Message> {
  val inbox = Channel<Message>()
  launch {
    var count = 0
    for (message in inbox) {
      when (message) {
        is Message.Increment -> count++
        is Message.Read -> message.answer.complete(count)
      }
    }
  }
  return inbox
}

/** What a counter says after each of many [senders] has sent it many [messages]. */
suspend fun count(
  senders: Int,
  messages: Int,
): Int =
  coroutineScope {
    val counter = counter()
    coroutineScope {
      repeat(senders) {
        launch {
          repeat(messages) {
            counter.send(Message.Increment)
            yield()
          }
        }
      }
    }
    val answer = CompletableDeferred<Int>()
    counter.send(Message.Read(answer))
    counter.close()
    answer.await()
  }

/** The one line that differs: `loop {` was `runBlocking {`. */
fun main() =
  loop {
    println(count(100, 1000))
  }
