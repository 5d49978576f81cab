// Greenlets that wait for events; greenlet-hand-offs.py is the original.

import io.greenloop.EventLoop
import io.greenloop.LoopFuture
import io.greenloop.greenlet.Bridge
import io.greenloop.greenlet.Greenlet
import io.greenloop.greenlet.Hub
import java.time.Duration.ofMillis
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeoutException
import java.util.function.Consumer
import javax.swing.SwingUtilities
import kotlin.time.Duration.Companion.milliseconds

val events = EventLoop.current()

// 1: a worker registers itself with the loop, and switches to the hub
fun sleepInHub(millis: Long): Long =
  Hub.suspend<Long> { resumer -> events.callLater(ofMillis(millis)) { resumer.resume(millis) } }

val woken = List(2) { events.newPromise<Unit>() }
for ((i, millis) in listOf(20L, 10L).withIndex()) {
  events.callSoon {
    Greenlet {
      println("1 ${"ab"[i]} woke after ${sleepInHub(millis)}").also { woken[i].complete(Unit) }
    }.switchTo()
  }
}
woken.forEach { it.join() }

// 4: a synchronous library over an asynchronous driver
fun send(text: String): LoopFuture<String> {
  val answer = events.newPromise<String>()
  events.callLater(ofMillis(1)) {
    when (text) {
      "drop" -> answer.completeExceptionally(IllegalArgumentException("connection lost"))
      else -> answer.complete("row of $text")
    }
  }
  return answer
}

fun query(text: String): String = Bridge.await(send(text))

fun session(): String {
  val rows = query("users") + ", " + query("orders")
  return try {
    rows + query("drop")
  } catch (e: IllegalArgumentException) {
    rows + ", " + e.message
  }
}
println("4 " + Bridge.run { session() }.join())

// 5: an asynchronous task waits for a greenlet
val driver = Greenlet.current()
val adder = Greenlet { (1..3).sumOf { driver.switchTo() as Int } }
val sum = adder.toFuture()
val waiter = green { println("5 the greenlet made ${sum.join()}") }
adder.switchTo()
for (part in listOf(10, 20, 12)) {
  sleep(0.milliseconds)
  adder.switchTo(part)
}
waiter.join()

// 8: a timer throws into a greenlet
val ended = events.newPromise<Unit>()
events.callSoon {
  Greenlet {
    val me = Greenlet.current()
    val wake = events.callLater(ofMillis(1000)) { me.switchTo() }
    events.callLater(ofMillis(5)) { me.throwInto(TimeoutException("too late")) }
    try {
      me.parent!!.switchTo()
    } catch (e: TimeoutException) {
      println("8 caught: ${e.message}")
    } finally {
      println("8 cleaned up")
      wake.cancel()
      ended.complete(Unit)
    }
  }.switchTo()
}
ended.join()

// 10: a modal dialog in the event loop of Swing, which is the host
fun ask(question: String): Any? {
  println("10 asks: $question")
  val handler = Greenlet.current()
  SwingUtilities.invokeLater { handler.switchTo("OK") }
  return handler.parent!!.switchTo()
}

val closed = CountDownLatch(1)
SwingUtilities.invokeLater {
  // both from there, so that their order is certain
  SwingUtilities.invokeLater {
    Greenlet { println("10 answer: ${ask("delete it?")}").also { closed.countDown() } }.switchTo()
  }
  SwingUtilities.invokeLater { println("10 the window is painted") }
}
closed.await()

// 15: what answers by a callback, called as if it returned
fun add(
  a: Int,
  b: Int,
  answer: Consumer<Int>,
) {
  events.callLater(ofMillis(3)) { answer.accept(a + b) }
}
println("15 3 + 4 = " + Greenlet.callSync<Int> { answer -> add(3, 4, answer) })
