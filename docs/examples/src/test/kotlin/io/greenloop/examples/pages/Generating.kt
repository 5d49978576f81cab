package io.greenloop.examples.pages

import io.greenloop.greenlet.Bridge
import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.asSequence
import io.greenloop.kotlin.await
import io.greenloop.kotlin.bridge
import io.greenloop.kotlin.coroutine
import io.greenloop.kotlin.generator
import io.greenloop.kotlin.green
import io.greenloop.kotlin.greenlet
import io.greenloop.kotlin.sendingGenerator
import io.greenloop.kotlin.spawn
import kotlin.time.Duration.Companion.milliseconds

private class Tree(
  val name: String,
  vararg val children: Tree,
)

/** An ordinary function: it knows nothing of generators. */
private fun Tree.visit(action: (String) -> Unit) {
  action(name)
  for (child in children) child.visit(action)
}

fun fromAnyDepth() {
  val house = Tree("house", Tree("kitchen", Tree("stove")), Tree("cellar"))
  val names = generator { house.visit { yield(it) } }
  for (name in names) println(name)
}

fun endless() {
  val squares =
    generator {
      var n = 1
      while (true) yield(n * n++)
    }
  squares.use { println(it.asSequence().take(5).toList()) }
}

fun bothWays() {
  val average =
    sendingGenerator<Double, Double, String> {
      var sum = 0.0
      for (count in 1..3) sum += yield(sum / count) ?: break
      "the sum was $sum"
    }
  average.next()
  println(average.send(3.0))
  println(average.send(6.0))
  println("more: ${average.hasNext()}")
  println(average.result())
}

fun aConversationOfCoroutines() {
  val talk =
    coroutine<String, String> {
      val name = yield("who are you?")
      val town = yield("where do you live, $name?")
      "$name of $town"
    }
  println(talk.send(null))
  println(talk.send("Ann"))
  println(talk.send("Bath"))
}

suspend fun LoopScope.aGeneratorThatWaits() {
  val pages =
    green {
      val words = this
      generator {
        for (n in 1..3) {
          words.sleep(10.milliseconds) // the task that asks waits
          yield("page $n at ${now()} ms")
        }
      }.asSequence().toList()
    }
  pages.await().forEach(::println)
}

fun greenlets() {
  val worker =
    greenlet { first ->
      println("begins with $first")
      val second = switchToParent("ready")
      "ends with $second"
    }
  println(worker.switchTo("a", "b"))
  println(worker.switchTo("c"))
  println(worker.isDead)
}

/** Synchronous code, as a library has it, with a driver that knows how to wait. */
private fun query(answer: () -> String): String = "row ${answer()}"

suspend fun LoopScope.aBridge() {
  val answer =
    spawn {
      sleep(10.milliseconds)
      "42"
    }
  println(bridge { query { Bridge.await(answer) } })
}
