// A task that counts, and what its state says: once to the end, once cancelled.

fun counter() =
  green {
    try {
      repeat(3) {
        println(it)
        sleep(1.seconds)
      }
      println("Done")
    } catch (e: CancelledError) {
      println("Coroutine cancelled.")
      throw e
    }
  }

val first = counter()
first.join()
println(first.state())

val second = counter()
sleep(1500.milliseconds)
second.cancel()
runCatching { second.join() }
println(second.state())
