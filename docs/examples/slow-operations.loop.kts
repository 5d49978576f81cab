// Ten slow operations at once: results in the order of their start, in the time of the slowest.
// usage: slow-operations.loop.kts [SEED]

import kotlin.random.Random

val random = args.firstOrNull()?.let { Random(it.toInt()) } ?: Random

loop {
  val begin = EventLoop.current().time()
  val operations =
    List(10) { number ->
      val seconds = random.nextInt(1, 6)
      spawn {
        sleep(seconds.seconds)
        "$number: $seconds s"
      }
    }
  operations.forEach { println(it.await()) }
  println("all: ${(EventLoop.current().time() - begin).toSeconds()} s")
}
