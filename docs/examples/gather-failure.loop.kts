// What becomes of two tasks when one fails, and when their waiter is cancelled.

suspend fun task1(): String {
  delay(1.seconds)
  throw IllegalArgumentException("task1 failed")
}

suspend fun task2(): String {
  delay(2.seconds)
  return "task2 result"
}

// The first failure reaches the caller; the scope cancels the other task.
try {
  loop {
    println(Aio.gather(spawn { task1() }, spawn { task2() }).await())
  }
} catch (e: IllegalArgumentException) {
  println("caught: ${e.message}")
}

// Settled: all outcomes, failures too. A supervisor lets the other task live.
loop {
  supervisorScope {
    val tasks = listOf(spawn { task1() }, spawn { task2() })
    for (outcome in Aio.gatherSettled(tasks).await()) {
      println(if (outcome.isFailure) outcome.failure() else outcome.result())
    }
  }
}

// A cancel of the waiter reaches both.
loop {
  supervisorScope {
    val children = listOf(spawn { task1() }, spawn { task2() })
    val waiter = spawn { Aio.gather(children).await() }
    delay(500.milliseconds)
    waiter.cancel()
    children.forEach { runCatching { it.await() } }
    children.forEach { println(it.state()) }
  }
}
