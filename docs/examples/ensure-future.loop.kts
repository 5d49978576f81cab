// A body becomes a future before its loop runs; a task is one already.

import java.time.Duration
import kotlin.concurrent.thread

thread {
  EventLoop.create().use { loop ->
    val future =
      loop.ensureFuture {
        Aio.sleep(Duration.ofSeconds(1))
        "hello world"
      }
    println(loop.runUntilComplete(future))
    println("the same object: ${loop.ensureFuture(future) === future}")
  }
}.join()
