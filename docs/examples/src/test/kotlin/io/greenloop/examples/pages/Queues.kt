package io.greenloop.examples.pages

import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.asFlow
import io.greenloop.kotlin.await
import io.greenloop.kotlin.green
import io.greenloop.kotlin.receive
import io.greenloop.kotlin.received
import io.greenloop.kotlin.send
import io.greenloop.kotlin.spawn
import io.greenloop.kotlin.withLock
import io.greenloop.kotlin.withPermit
import io.greenloop.sync.Event
import io.greenloop.sync.Lock
import io.greenloop.sync.Queue
import io.greenloop.sync.QueueClosedException
import io.greenloop.sync.Select
import io.greenloop.sync.Semaphore
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import java.time.Duration.ofMillis
import kotlin.time.Duration.Companion.milliseconds

suspend fun LoopScope.aQueueBetweenKinds() {
  val queue = Queue<Int>(2)
  green("producer") {
    for (n in 1..4) {
      queue.put(n)
      println("put $n at ${now()} ms")
    }
    queue.close()
  }
  for (n in queue.received()) {
    println("got $n")
    sleep(10.milliseconds)
  }
  println("no more")
}

suspend fun withoutWaiting() {
  val queue = Queue<Int>(1)
  println("${queue.tryPut(1)} ${queue.tryPut(2)}")
  println("${queue.tryGet()} ${queue.tryGet()}")
}

suspend fun LoopScope.theEndOfAQueue() {
  val queue = Queue<Int>()
  for (n in 1..3) queue.send(n)
  queue.close()
  println(queue.asFlow().map { it * it }.toList())
  try {
    queue.receive()
  } catch (closed: QueueClosedException) {
    println(closed.javaClass.simpleName)
  }
}

suspend fun LoopScope.oneAtATime() {
  val lock = Lock()
  var balance = 100

  suspend fun LoopScope.pay(amount: Int) =
    lock.withLock {
      if (balance >= amount) {
        sleep(10.milliseconds) // somebody else may run here, but not pay
        balance -= amount
      }
    }
  taskGroup {
    spawn { pay(70) }
    spawn { pay(70) }
  }
  println("balance $balance")
}

suspend fun LoopScope.aFewAtATime() {
  val places = Semaphore(2)
  taskGroup {
    for (name in listOf("ann", "bob", "cid")) {
      spawn {
        places.withPermit {
          println("$name comes at ${now()} ms")
          sleep(10.milliseconds)
        }
      }
    }
  }
}

suspend fun LoopScope.aGate() {
  val open = Event()
  for (name in listOf("ann", "bob")) {
    spawn {
      open.await()
      println("$name is in at ${now()} ms")
    }
  }
  sleep(5.milliseconds)
  open.set()
}

suspend fun LoopScope.whateverComesFirst() {
  val orders = Queue<String>()
  val closing = Event()
  val next =
    Select<String>()
      .get(orders) { "order for $it" }
      .on<Event>(closing::waitFor) { "closed" }
      .after(ofMillis(50)) { "nothing" }
  spawn {
    sleep(10.milliseconds)
    orders.send("tea")
    closing.set()
  }
  repeat(2) { println("${next.await()} at ${now()} ms") }
}
