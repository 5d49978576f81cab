// A future made in one place, completed in another, awaited in a third; then one that fails.

import io.greenloop.LoopFuture
import io.greenloop.Promise

suspend fun complete(promise: Promise<String>) {
  delay(1.seconds)
  promise.complete("Future is done!")
}

suspend fun fail(promise: Promise<String>) {
  delay(1.seconds)
  promise.completeExceptionally(IllegalStateException("no result today"))
}

fun print(future: LoopFuture<String>) =
  try {
    println(future.join())
  } catch (e: IllegalStateException) {
    println(e)
  }

for (end in listOf(::complete, ::fail)) {
  val promise = Aio.newPromise<String>()
  spawn { end(promise) }
  green { print(promise) }.join()
}
