package io.greenloop.kotlin.script

import io.greenloop.Aio
import io.greenloop.EventLoop
import io.greenloop.kotlin.callLater
import kotlin.time.toJavaDuration

/** How long a script may run. */
internal class ScriptLimit(
  private val options: ScriptOptions,
) {
  /** Whether it passed before the script had ended. Set on the loop; read there, or after its run. */
  @Volatile
  var hasPassed: Boolean = false
    private set

  /** What to say when it has passed. */
  val text: String get() = "${options.name}: its time limit of ${options.limit} passed"

  /** Runs [body] in the calling task, which is cancelled when the limit passes. Loop room. */
  fun <T> around(body: () -> T): T {
    val limit = options.limit ?: return body()
    val main = Aio.currentTask().get()
    val timer =
      EventLoop.current().callLater(limit) {
        hasPassed = true
        main.cancel("time limit of the run passed")
      }
    return try {
      body()
    } finally {
      timer.cancel()
    }
  }

  /** Ends what neither the end of its time nor a cancel ends: a loop that is held, a cleanup. */
  fun watch() {
    val limit = options.limit ?: return
    if (options.virtualTime) return
    Thread.ofPlatform().daemon().name("greenloop-limit").start {
      Thread.sleep((limit + CLEANUP).toJavaDuration())
      LastWords.halt("$text, and $CLEANUP later it has not ended", OUT_OF_TIME)
    }
  }
}
