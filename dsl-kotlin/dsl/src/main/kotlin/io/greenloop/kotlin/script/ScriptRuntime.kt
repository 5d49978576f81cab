package io.greenloop.kotlin.script

import io.greenloop.Aio
import io.greenloop.CancelledError
import io.greenloop.EventLoop
import io.greenloop.ExitRequest
import io.greenloop.InterruptedByUserException
import io.greenloop.LoopOptions
import io.greenloop.RunOptions
import io.greenloop.Runner
import io.greenloop.kotlin.runScope
import io.greenloop.kotlin.timeoutUnwrapped
import java.util.concurrent.Callable
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

private const val FAILED = 1
private const val INTERRUPTED = 130

/** As of the program `timeout`. */
internal const val OUT_OF_TIME = 124
internal val CLEANUP = 10.seconds

/**
 * Decides how the body of a script is run: the one place where the script host and the loop meet.
 *
 * The host knows files, compilers and caches; it knows nothing of loops. It hands over a body that
 * builds the instance of the script class, for in Kotlin the top-level code of a script is its
 * constructor.
 */
public object ScriptRuntime {
  /**
   * Runs [body] to its end and gives the exit code of the process.
   *
   * Ctrl-C cancels the script's main task, and with it all others; their cleanup runs. If the loop
   * does not respond for two seconds, then or during the cleanup, or at a second Ctrl-C, what holds
   * it is printed and the JVM halted.
   *
   * When the limit has passed the script is cancelled in the same way; ten seconds later the JVM is
   * halted if it still runs. (Not in virtual time, whose limit nobody waits for.) So it is where a
   * task that is no child of the script does not end by the cancel that comes at the script's end.
   *
   * **Room:** the main thread of the launcher; blocks it until the script is done.
   *
   * @param args the words after the script's name, as the script's `args`
   * @param options what the command line asked for
   * @param body runs the script's top-level code with the given receiver
   * @return what the script handed to [ScriptProgram.exit], 130 after Ctrl-C, 124 when its limit has
   *   passed, also where it has swallowed the cancel; null at a normal end, after which threads that
   *   the script started itself may finish
   * @throws Throwable what the script failed with, itself and not wrapped; also where its limit had
   *   passed, which is said
   */
  @JvmStatic
  public fun run(
    args: List<String>,
    options: ScriptOptions,
    body: (ScriptScope) -> Unit,
  ): Int? {
    val limit = ScriptLimit(options)
    return try {
      limit.watch()
      timeoutUnwrapped {
        Runner(runOptions(options)).use { runner ->
          val failure =
            runCatching {
              runner.run(Callable { limit.around { runMain(args, options, body) } })
            }.exceptionOrNull()
          watchEnd(runner.loop(), options, failure)
          failure?.let { throw it }
        }
      }
      if (limit.hasPassed) outOfTime(limit) else null // it may have swallowed the cancel
    } catch (exit: ExitRequest) {
      exit.code()
    } catch (_: InterruptedByUserException) {
      INTERRUPTED
    } catch (failure: Throwable) {
      if (!limit.hasPassed) throw failure
      val code = outOfTime(limit)
      if (failure is CancelledError) code else throw failure // what failed may be its cleanup
    }
  }

  private fun outOfTime(limit: ScriptLimit): Int {
    System.out.flush()
    System.err.println("greenloop: ${limit.text}")
    return OUT_OF_TIME
  }

  /**
   * Tasks that are no children of the script are cancelled at its end. Those that do not end by that
   * would keep the process for ever: they are named, and the JVM halted.
   */
  private fun watchEnd(
    loop: EventLoop,
    options: ScriptOptions,
    failure: Throwable?,
  ) {
    val left = loop.allTasks().toList()
    if (left.isEmpty()) return
    Thread.ofPlatform().daemon().name("greenloop-end").start {
      Thread.sleep(CLEANUP.toJavaDuration())
      val names = left.filterNot { it.isDone }.joinToString { "task '${it.name()}'" }
      if (names.isNotEmpty()) {
        failure?.printStackTrace()
        val since = "$CLEANUP after they were cancelled"
        LastWords.halt("${options.name} has ended, but not, $since: $names", FAILED)
      }
    }
  }

  private fun runMain(
    args: List<String>,
    options: ScriptOptions,
    body: (ScriptScope) -> Unit,
  ) {
    Aio.currentTask().get().setName(options.name)
    runScope { scope -> body(ScriptScope(args, options.file, scope)) }
  }

  private fun runOptions(options: ScriptOptions): RunOptions {
    val run =
      RunOptions.DEFAULT
        .handleInterrupt(true)
        .loopFactory { EventLoop.create(loopOptions(options)) }
        .whenStuck { LastWords.halt(it, INTERRUPTED) }
    return if (options.debug) run.debug(true) else run
  }

  private fun loopOptions(options: ScriptOptions): LoopOptions {
    var loop = LoopOptions.defaults().withName(options.name)
    if (options.virtualTime) loop = loop.withClock(JumpingClock())
    options.seed?.let { loop = loop.withScheduleSeed(it) }
    return loop
  }
}
