// A producer that is faster than its consumer: a queue for two items makes it wait.

import io.greenloop.sync.Queue

val queue = Queue<Int>(2)

green {
  for (item in 1..5) {
    queue.put(item)
    println("put $item")
  }
  queue.close()
}

green {
  for (item in queue) {
    sleep(1.seconds)
    println("got $item")
  }
  println("no more")
}
