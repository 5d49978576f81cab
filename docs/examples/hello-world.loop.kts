// A task made on a loop that does not run yet. The script's own loop runs already, and a thread has
// one loop: this one gets a thread.

import kotlin.concurrent.thread

thread {
  EventLoop.create().use { loop ->
    val task = loop.spawn { "hello world" }
    println(loop.runUntilComplete(task))
  }
}.join()
