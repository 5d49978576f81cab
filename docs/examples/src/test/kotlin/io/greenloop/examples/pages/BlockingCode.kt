package io.greenloop.examples.pages

import io.greenloop.Aio
import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.await
import io.greenloop.kotlin.every
import io.greenloop.kotlin.green
import kotlinx.coroutines.withTimeoutOrNull
import java.util.concurrent.SynchronousQueue
import kotlin.time.Duration.Companion.milliseconds

/** Stands in for a driver, a client, a parser: it blocks the thread that calls it. */
private class Library {
  fun ask(question: String): String {
    Thread.sleep(20)
    return question.uppercase()
  }

  fun askForEver(): String = SynchronousQueue<String>().take()
}

private val library = Library()

suspend fun LoopScope.aBlockingLibrary() {
  var ticks = 0
  val ticking = every(2.milliseconds) { ticks++ }
  println(green { library.ask("hello") }.await())
  ticking.cancel()
  println("the loop went on meanwhile: ${ticks > 2}")
}

suspend fun LoopScope.manyBlockingCalls() {
  val answers =
    List(
      100,
    ) { n -> "question $n" }.parallelMap(20) { green { library.ask(it) }.await() }
  println("${answers.size} answers, the last one ${answers.last()}")
}

suspend fun LoopScope.aLimitInterrupts() {
  val answer =
    withTimeoutOrNull(20.milliseconds) {
      green {
        try {
          library.askForEver()
        } catch (interrupted: InterruptedException) {
          println("the library was interrupted")
          throw interrupted
        }
      }.await()
    }
  println("answer: $answer")
}

suspend fun LoopScope.computing() {
  val primes = Aio.toThread { (2..20_000).count { n -> (2..<n).none { n % it == 0 } } }
  println("${primes.await()} primes")
}
